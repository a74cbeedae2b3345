"""Runs a command that has to refuse its input, and prints why it did.

It must exit with status 2, say so in one line on stderr that holds `error: `,
and print nothing else.
"""

import subprocess
import sys

done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
print(done.stderr, end="")
lines = done.stderr.splitlines()
if done.returncode != 2 or done.stdout or len(lines) != 1 or "error: " not in lines[0]:
    sys.exit(f"exit status {done.returncode}, {len(lines)} lines on stderr, stdout '{done.stdout}'")
