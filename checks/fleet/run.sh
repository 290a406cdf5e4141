#!/bin/sh
# Six hundred agents share one account's quota: an hour that uses all of it, a plain hour, and a cluster's start. One line
# a story, a sum at the end, and an exit code other than 0 when a record is lost, late or in another hour than its own.
# `npm run simulate:fleet` has more stories (others take half the quota, three hours without AWS, a month's end, restarts).
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
exec npm run -s simulate:fleet -- 'whole quota' 'plain hour' 'gates'
