"""Ranks the files of a checkout by aider's repository map, for one task after another.

Gets the folder as its argument, and on each line of standard input a task as JSON; answers each with a line, the paths, best first, as
JSON. The checkout may be another commit's at each task.

Needs aider-chat in the Python that runs it. The map is asked as aider asks it for a message without files in the chat: identifiers are
the words of the message, and files whose name is one of them count as mentioned. Each task gets a map of its own; they share the tags that
aider keeps beside the checkout, by path and time of change.
"""
import json
import os
import re
import subprocess
import sys

from aider.repomap import RepoMap


class QuietIO:
    def read_text(self, path, silent=False):
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                return file.read()
        except OSError:
            return None

    def tool_output(self, *args, **kwargs):
        pass

    tool_warning = tool_error = tool_output


class NoModel:
    def token_count(self, text):
        return len(text) // 4


def stem(path):
    return os.path.splitext(os.path.basename(path))[0].lower()


def rank(root, task):
    listed = subprocess.run(["git", "-C", root, "ls-files", "-z"], capture_output=True, check=True).stdout.decode()
    files = [os.path.join(root, path) for path in listed.split("\0") if path]
    idents = set(re.split(r"\W+", task))
    lowered = {ident.lower() for ident in idents if len(ident) >= 5}
    mentioned = {os.path.relpath(path, root) for path in files if len(stem(path)) >= 5 and stem(path) in lowered}
    repo_map = RepoMap(root=root, io=QuietIO(), main_model=NoModel(), refresh="always")
    # Without a function to tell of its progress it draws a bar.
    tags = repo_map.get_ranked_tags([], files, mentioned, idents, progress=lambda *_: None)
    return list(dict.fromkeys(tag[0] for tag in tags))


root = sys.argv[1]
os.chdir(root)
answers = sys.stdout
# What aider prints is no answer.
sys.stdout = sys.stderr
for line in sys.stdin:
    print(json.dumps(rank(root, json.loads(line))), file=answers, flush=True)
