/*
 * bin/tollgate: starts the program on the Node that lies beside it.
 *
 * The environment of a container is its product's, and some of it would reach into our own Node before a line of ours
 * runs: what the loader preloads and where it looks, options of Node. Such variables are put aside under another name;
 * `exec` gives them to the product as they were (src/agent/supervisor/aside.ts). Linked statically, so that they do not
 * reach this program either, and so that it starts where there is no C library.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NODE "/opt/tollgate/bin/node"
#define PROGRAM "/opt/tollgate/app/tollgate.mjs"
#define ASIDE "ASIDE_BY_TOLLGATE_"

static const char *const NAMES[] = {"LD_AUDIT=", "LD_LIBRARY_PATH=", "LD_PRELOAD=", "NODE_OPTIONS="};

extern char **environ;

static void *reserved(size_t bytes) {
  void *memory = malloc(bytes);
  if (memory == NULL) {
    fputs("tollgate: out of memory\n", stderr);
    exit(1);
  }
  return memory;
}

static void put_aside(char **variable) {
  for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
    if (strncmp(*variable, NAMES[i], strlen(NAMES[i])) == 0) {
      char *renamed = reserved(sizeof ASIDE + strlen(*variable));
      strcpy(renamed, ASIDE);
      *variable = strcat(renamed, *variable);
      return;
    }
}

int main(int count, char **words) {
  for (char **variable = environ; *variable != NULL; variable++) put_aside(variable);
  char **started = reserved(((size_t)count + 3) * sizeof *started);
  char **next = started;
  *next++ = NODE;
  *next++ = PROGRAM;
  for (int i = 1; i < count; i++) *next++ = words[i];
  *next = NULL;
  execv(NODE, started);
  fprintf(stderr, "tollgate: %s cannot be started: %s\n  Fix: lay the whole folder at /opt/tollgate\n", NODE,
          strerror(errno));
  return 126;
}
