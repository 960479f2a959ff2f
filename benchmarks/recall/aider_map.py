"""Ranks the files of a checkout by aider's repository map for the task on standard input; prints paths, best first.

Needs aider-chat in the Python that runs it. The map is asked as aider asks it for a message without files in the chat: identifiers are
the words of the message, and files whose name is one of them count as mentioned.
"""
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


root = sys.argv[1]
task = sys.stdin.read()
listed = subprocess.run(["git", "-C", root, "ls-files", "-z"], capture_output=True, check=True).stdout.decode()
files = [os.path.join(root, path) for path in listed.split("\0") if path]
os.chdir(root)

idents = set(re.split(r"\W+", task))
lowered = {ident.lower() for ident in idents if len(ident) >= 5}
stem = lambda path: os.path.splitext(os.path.basename(path))[0].lower()
mentioned = {os.path.relpath(path, root) for path in files if len(stem(path)) >= 5 and stem(path) in lowered}

repo_map = RepoMap(root=root, io=QuietIO(), main_model=NoModel(), refresh="always")
seen = []
for tag in repo_map.get_ranked_tags([], files, mentioned, idents, progress=lambda *_: None):
    if tag[0] not in seen:
        seen.append(tag[0])
print("\n".join(seen))
