process.exitCode = 64;
