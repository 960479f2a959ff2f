#!/bin/sh
# A holder of a workspace: waits to be told its folder, then works there, and says each thing it did once it is on disk.
# holder.sh <name> <log> <steps>
name=$1 log=$2 steps=$3
read -r directory || exit 1
echo "directory $directory" >> "$log"
n=0
while [ "$n" -lt "$steps" ]; do
  n=$((n + 1))
  echo "$name $n" >> "$directory/work-$name.txt"
  echo "wrote $n" >> "$log"
  sleep 0.1
done
echo done >> "$log"
