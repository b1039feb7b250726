#!/usr/bin/env python3
"""How long a prompt lets one wait: `mw repl` beside other prompts, each in a terminal of its own.

    benches/prompt.py [--rounds N] [--tabs N] [--nodes N] [--mw PROGRAM]

First the time from the start of a process to its first prompt, of mw on the embedded simulator, of mw on
an account over HTTP, and of `python3 -i` and `node`, in turns, so that a busy moment is everybody's. Then
how long Tab takes in mw where the account has many nodes: from the key to the last byte of the answer,
with what the account has in the cache, as it is while one types. What cannot be had is left out and said
so. It fails only when something does not work, not when a figure is missed.
"""

import argparse
import os
import pathlib
import pty
import select
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import termios
import fcntl
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PATIENCE = 20.0


class Terminal:
    """A program in a terminal of its own."""

    def __init__(self, program, arguments, environment):
        self.seen = b""
        begun = time.perf_counter()
        self.pid, self.screen = pty.fork()
        if self.pid == 0:
            os.execve(program, [program, *arguments], environment)
        self.begun = begun
        fcntl.ioctl(self.screen, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))

    def reads(self, wait):
        ready, _, _ = select.select([self.screen], [], [], wait)
        if not ready:
            return False
        try:
            some = os.read(self.screen, 65536)
        except OSError:
            some = b""
        if not some:
            raise SystemExit(f"a program ended before its time:\n{self.seen.decode(errors='replace')}")
        self.seen += some
        return True

    def shows(self, text):
        """Waits for a text, and says when it was there."""
        until = time.perf_counter() + PATIENCE
        while text not in self.seen:
            if time.perf_counter() > until:
                raise SystemExit(f"{text!r} never came:\n{self.seen.decode(errors='replace')}")
            self.reads(0.5)
        return time.perf_counter()

    def settles(self, quiet=0.05):
        """Waits until nothing comes any more, and says when the last of it came."""
        last = time.perf_counter()
        while self.reads(quiet):
            last = time.perf_counter()
        return last

    def types(self, keys):
        self.seen = b""
        os.write(self.screen, keys)
        return time.perf_counter()

    def ends(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.screen)


def quantile(times, share):
    times = sorted(times)
    return times[min(len(times) - 1, int(len(times) * share))]


def starts(kinds, rounds):
    times = {name: [] for name in kinds}
    for round in range(rounds + 1):
        for name, (program, arguments, environment, prompt) in kinds.items():
            terminal = Terminal(program, arguments, environment)
            took = terminal.shows(prompt) - terminal.begun
            terminal.ends()
            # The first one finds nothing of it in memory.
            if round > 0:
                times[name].append(took * 1000)
    return times


def tabs(program, environment, count, node):
    """The times of Tab at several places of a line, in milliseconds."""
    terminal = Terminal(program, ["repl"], environment)
    terminal.shows(b"> ")
    # All of it is held in a variable too, as it is in sessions.
    terminal.types(b"let all = []; for c in clouds() { all += c.nodes() }; let c = clouds()[0];\r")
    terminal.types(b"let n = c.nodes()[0]; `${all.len()} nodes`\r")
    terminal.shows(b" nodes\r")
    terminal.settles(0.3)
    places = {
        "a function (clo)": b"clo",
        "a method by type (n.re)": b"n.re",
        "a method of an item (all[7].re)": b"all[7].re",
        "a method by inference (clouds().filter(|c| c.st)": b"clouds().filter(|c| c.st",
        "a cloud (cloud(\")": b"cloud(\"",
        "a node of a cloud (c.node(\")": b"c.node(\"",
        "a node of all (clouds()[0].node(\")": b"clouds()[0].node(\"",
        "one node of all, begun": b"clouds()[0].node(\"" + node.encode()[:6],
    }
    times = {}
    for name, line in places.items():
        found = []
        # The first three bring what the account has into the cache.
        for round in range(count + 3):
            terminal.types(line)
            terminal.settles()
            begun = terminal.types(b"\t")
            # A bell, or the rest of the word.
            while not terminal.seen:
                terminal.reads(PATIENCE)
            took = (time.perf_counter() - begun) * 1000
            terminal.settles(0.4 if round < 3 else 0.05)
            if round >= 3:
                found.append(took)
            terminal.types(b"\x15")
            terminal.settles()
        times[name] = found
    terminal.ends()
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--tabs", type=int, default=100)
    parser.add_argument("--nodes", type=int, default=5000)
    parser.add_argument("--clouds", type=int, default=20)
    parser.add_argument("--mw", default=str(TARGET / "release" / "mw"))
    options = parser.parse_args()
    home = TARGET / "prompt"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    plain = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TERM": "xterm-256color"}
    command = [options.mw, "sim", "--listen", "127.0.0.1:0", "--clouds", str(options.clouds)]
    command += ["--nodes", str(options.nodes)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=plain)
    try:
        url = server.stdout.readline().strip().removeprefix("listening on ")
        account = dict(plain, OPENMETAL_API_URL=url, OPENMETAL_API_KEY="sim")
        kinds = {
            "mw --sim repl": (options.mw, ["--sim", "repl"], plain, b"sim> "),
            "mw repl": (options.mw, ["repl"], account, b"default> "),
        }
        # The program itself: what stands in its place on the path may be a script.
        kinds["python3 -i"] = (sys.executable, ["-i"], plain, b">>> ")
        if node := shutil.which("node"):
            kinds["node"] = (node, [], plain, b"> ")
        else:
            print("node is not here: left out", file=sys.stderr)
        print(f"first prompt, {options.rounds} starts each, in turns (ms)")
        times = starts(kinds, options.rounds)
        own = statistics.median(times["mw repl"])
        for name, found in times.items():
            middle = statistics.median(found)
            print(f"  {name:<16} p50 {middle:7.1f}   p99 {quantile(found, 0.99):7.1f}   {middle / own:5.2f} of mw repl")
        found = subprocess.run(
            [options.mw, "--quiet", "eval", "clouds()[0].nodes()[0].uuid"],
            env=account, capture_output=True, text=True, check=True,
        )
        print(f"Tab with {options.nodes} nodes in {options.clouds} clouds, {options.tabs} times each (ms)")
        for name, found in tabs(options.mw, account, options.tabs, found.stdout.strip()).items():
            print(f"  {name:<50} p50 {statistics.median(found):6.2f}   p99 {quantile(found, 0.99):6.2f}   max {max(found):6.2f}")
    finally:
        server.kill()
        server.wait()


if __name__ == "__main__":
    main()
