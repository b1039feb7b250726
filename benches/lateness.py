#!/usr/bin/env python3
"""How late work starts that many jobs have due at one minute: `mw serve` beside other schedulers.

    benches/lateness.py [--jobs N] [--spread] [--only NAME,NAME] [--limit N] [--mw PROGRAM]

One after another, each scheduler gets the same jobs, all due at the same minute, and the work of each
job is to note what time it is: a line of a script for mw, a call of a function for APScheduler, a
program of a few instructions for the crons, so that nothing but the scheduler itself is late. Lateness
is that time less the minute. With --spread the jobs are due at all seconds of a minute, which crons
cannot do.

It needs root, for namespaces in which a cron finds its own tables and nothing outlives it; nothing is
installed but under target/peers, and no table of this machine is read or written. What cannot be had is
left out and said so. A round takes one to three minutes for each scheduler. `mw` keeps every run in a
journal, as it does unless told otherwise; the others keep nothing, and neither does `mw --no-journal`.

The processor's time is that of all processes of a scheduler, of the start of the minute to the last
start of work; memory is the peak of the scheduler itself, without the processes that it starts.
"""

import argparse
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
from datetime import datetime, timezone

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
WORK = TARGET / "peers"
TICKS = os.sysconf("SC_CLK_TCK")
# A shell whose mounts only its processes see, and which no process of its outlives.
ALONE = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-ec"]
# Where crons note which process they are.
PRIVATE = """
mount --make-rprivate /
mount -t tmpfs none /run
"""


def say(*words):
    print(*words, file=sys.stderr, flush=True)


# --- what is needed -------------------------------------------------------------------------------


class Missing(Exception):
    """A scheduler that cannot be had here."""


def tried(what, *command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        words = (done.stderr or done.stdout).strip().splitlines()
        raise Missing(f"{what}: {words[-1] if words else 'it failed'}")


def unpacked(package, program):
    """A program of a Debian package, which is unpacked and not installed."""
    found = WORK / package / program
    if not found.exists():
        say(f"fetching {package}")
        debs = WORK / "debs"
        debs.mkdir(parents=True, exist_ok=True)
        tried(f"no {package}", "apt-get", "-q", "download", package, cwd=debs)
        newest = max(debs.glob(f"{package}_*.deb"), key=lambda deb: deb.stat().st_mtime)
        tried(f"no {package}", "dpkg-deb", "-x", newest, WORK / package)
    return found


def python_with_apscheduler():
    python = WORK / "venv" / "bin" / "python"
    has = [python, "-c", "import apscheduler"]
    if not python.exists() or subprocess.run(has, capture_output=True).returncode != 0:
        say("installing apscheduler")
        tried("no venv", sys.executable, "-m", "venv", WORK / "venv")
        tried("no apscheduler", python, "-m", "pip", "install", "--quiet", "apscheduler<4")
    return python


def stamp():
    """The program that notes its number and what time it is."""
    program = WORK / "stamp"
    source = ROOT / "benches" / "peers" / "stamp.c"
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        tried("no stamp", "cc", "-O2", "-static", "-o", program, source)
    return program


# --- the schedulers -------------------------------------------------------------------------------


class Job:
    """Work that is due at an instant, in whole seconds since 1970."""

    def __init__(self, number, instant):
        self.number = number
        self.instant = instant
        self.at = datetime.fromtimestamp(instant, timezone.utc)


def mw_jobs(folder, jobs, limit):
    lines = [f"[service]\nlimit = {limit}"]
    for job in jobs:
        lines.append(
            f'[[job]]\nname = "job-{job.number}"\nscript = "start.rhai"\nseconds = true\n'
            f'cron = "{job.at.second} {job.at.minute} {job.at.hour} * * *"'
        )
    (folder / "jobs.toml").write_text("\n".join(lines) + "\n")
    (folder / "start.rhai").write_text("print(now());\n")


class Mw:
    """mw serve on an account that mw sim serves, with everything kept in the journal."""

    name = "mw"
    options = []
    knows_seconds = True

    def __init__(self, arguments):
        self.limit = arguments.limit
        self.program = arguments.mw
        if not self.program.exists():
            raise Missing(f"{self.program} is not built: cargo build --release")

    def start(self, folder, jobs):
        mw_jobs(folder, jobs, self.limit)
        sim = subprocess.Popen(
            [self.program, "sim", "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        url = sim.stdout.readline().strip().removeprefix("listening on ")
        environment = {
            **os.environ,
            "OPENMETAL_API_URL": url,
            "OPENMETAL_API_KEY": "sim",
            "MW_STORE": str(folder / "journal.db"),
        }
        command = [self.program, *self.options, "serve", "--jobs", folder / "jobs.toml"]
        with open(folder / "out", "w") as out, open(folder / "log", "w") as log:
            service = subprocess.Popen(command, stdout=out, stderr=log, env=environment)
        return service, [sim]

    def starts(self, folder):
        """What was started, by the lines that the scripts print: `job-7#12  2026-…Z`."""
        found = {}
        for line in (folder / "out").read_text().splitlines():
            words = re.fullmatch(r"job-(\d+)#\d+  ([^.]+)(\.\d+)?Z", line)
            if words:
                at = datetime.fromisoformat(words[2] + "+00:00").timestamp()
                found[int(words[1])] = at + float(words[3] or 0)
        return found


class MwUnkept(Mw):
    """The same without a journal."""

    name = "mw --no-journal"
    options = ["--no-journal"]


def alone(script):
    """A cron that this shell script becomes."""
    return subprocess.Popen(
        [*ALONE, script],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "TZ": "UTC"},
    )  # fmt: skip


class Stamped:
    """Schedulers whose work leaves lines with a number and a time in a file."""

    knows_seconds = False

    def starts(self, folder):
        file = folder / "stamps"
        lines = file.read_text().splitlines() if file.exists() else []
        words = [line.split() for line in lines]
        return {int(number): float(at) for number, at in words}


class Cron(Stamped):
    """Debian's cron, the one of Vixie, with a table that only it sees."""

    name = "cron"

    def __init__(self, _arguments):
        self.program = unpacked("cron", "usr/sbin/cron")
        self.stamp = stamp()

    def start(self, folder, jobs):
        table = ["MAILTO=\"\""]
        for job in jobs:
            work = f"{self.stamp} {folder}/stamps {job.number}"
            table.append(f"{job.at.minute} {job.at.hour} * * * root exec {work}")
        (folder / "table").write_text("\n".join(table) + "\n")
        group = pathlib.Path("/etc/group").read_text() + "crontab:x:65530:\n"
        (folder / "group").write_text(group)
        private = f"""{PRIVATE}
            mount -t tmpfs none /etc/cron.d
            mount -t tmpfs none /var/spool
            mount --bind {folder}/group /etc/group
            mkdir -p /var/spool/cron/crontabs
            cp {folder}/table /etc/cron.d/bench
            chmod 600 /etc/cron.d/bench
            exec {self.program} -f
        """
        return alone(private), []


class Busybox(Stamped):
    """The crond of busybox, the one of small containers."""

    name = "busybox crond"

    def __init__(self, _arguments):
        self.program = unpacked("busybox-static", "bin/busybox")
        self.stamp = stamp()

    def start(self, folder, jobs):
        tables = folder / "tables"
        tables.mkdir()
        lines = [
            f"{job.at.minute} {job.at.hour} * * * exec {self.stamp} {folder}/stamps {job.number}\n"
            for job in jobs
        ]
        (tables / "root").write_text("".join(lines))
        return alone(f"{PRIVATE} exec {self.program} crond -f -l 8 -c {tables}"), []


class APScheduler(Stamped):
    """APScheduler with a pool of threads, which calls functions in its own process."""

    name = "APScheduler"
    knows_seconds = True

    def __init__(self, arguments):
        self.python = python_with_apscheduler()
        self.limit = arguments.limit

    def start(self, folder, jobs):
        lines = [f"{job.number} {job.instant}\n" for job in jobs]
        (folder / "jobs").write_text("".join(lines))
        peer = ROOT / "benches" / "peers" / "apscheduler_jobs.py"
        command = [self.python, peer, folder / "jobs", folder / "stamps", str(self.limit)]
        with open(folder / "log", "w") as log:
            return subprocess.Popen(command, stdout=log, stderr=log), []


SCHEDULERS = [Mw, MwUnkept, Cron, Busybox, APScheduler]


# --- figures --------------------------------------------------------------------------------------


def family(process):
    """A process and all that descend from it."""
    parents = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [process]
    for one in found:
        found.extend(parents.get(one, []))
    return found


def processor(process):
    """Seconds of the processor of a process, its children and those they have waited for."""
    used = 0
    for one in family(process):
        try:
            fields = pathlib.Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        used += sum(int(field) for field in fields[11:15])
    return used / TICKS


def peak(process):
    """The peak memory of a scheduler in megabytes: of its largest process."""
    most = 0
    for one in family(process):
        try:
            status = pathlib.Path(f"/proc/{one}/status").read_text()
        except OSError:
            continue
        found = re.search(r"VmHWM:\s+(\d+)", status)
        most = max(most, int(found[1]) if found else 0)
    return most / 1024


def of_hundred(values, part):
    index = max(0, -(-len(values) * part // 100) - 1)
    return values[index]


class Figures:
    """What came of one scheduler."""

    def __init__(self, count, late, used, idle, memory, load):
        self.missing = count - len(late)
        late = sorted(late)
        self.late = [of_hundred(late, part) if late else None for part in (50, 99, 100)]
        self.used, self.idle, self.memory, self.load = used, idle, memory, load


def measured(scheduler, count, spread, lead, patience):
    folder = WORK / "lateness"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    due = (int(time.time() + lead) // 60 + 1) * 60
    jobs = [Job(number, due + (number % 60 if spread else 0)) for number in range(count)]
    service, others = scheduler.start(folder, jobs)
    try:
        time.sleep(max(0, due - 12 - time.time()))
        begun = time.time()
        rest = processor(service.pid)
        time.sleep(max(0, due - 2 - time.time()))
        used = processor(service.pid)
        idle = (used - rest) / (time.time() - begun)
        load = os.getloadavg()[0]
        time.sleep(max(0, due - time.time()))
        last = due + (60 if spread else 0)
        while True:
            if service.poll() is not None:
                raise Missing(f"it ended with {service.returncode}; see {folder}")
            starts = scheduler.starts(folder)
            if len(starts) == count or time.time() > last + patience:
                break
            # Counting what is done takes from those who do it.
            time.sleep(2)
        # What was started ends, and is counted.
        time.sleep(2)
        used = processor(service.pid) - used
        memory = peak(service.pid)
    finally:
        for process in [service, *others]:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    late = [starts[job.number] - job.instant for job in jobs if job.number in starts]
    return Figures(count, late, used, idle, memory, load)


# --- the table ------------------------------------------------------------------------------------


def table(rows):
    own = rows[0][1]
    print(f"ratios to {rows[0][0]}\n")
    print(f"{'p50 ms':>9} {'p99 ms':>9} {'max ms':>9} {'CPU s':>7} {'idle %':>7} {'peak MB':>8}"
          f" {'p99 ×':>7} {'CPU ×':>7} {'load':>5}  scheduler")  # fmt: skip
    for name, it in rows:
        late = "".join(f"{'-' if at is None else format(at * 1000, '.1f'):>9} " for at in it.late)
        times = "-"
        if own.late[1] and it.late[1] is not None:
            times = f"{it.late[1] / own.late[1]:.2f}"
        dear = f"{it.used / own.used:.2f}" if own.used else "-"
        missing = f" ({it.missing} did not start)" if it.missing else ""
        print(f"{late}{it.used:>7.2f} {it.idle * 100:>7.2f} {it.memory:>8.1f} {times:>7} {dear:>7}"
              f" {it.load:>5.1f}  {name}{missing}", flush=True)  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=1000, help="how many jobs; 1000")
    parser.add_argument("--spread", action="store_true", help="due at all seconds of the minute")
    parser.add_argument("--only", help="names of schedulers, with commas between them")
    parser.add_argument("--mw", type=pathlib.Path, default=TARGET / "release" / "mw", help="which mw")
    parser.add_argument("--limit", type=int, default=64, help="runs at once, of mw and APScheduler; 64")
    parser.add_argument("--lead", type=float, default=None, help="seconds to load the jobs in")
    parser.add_argument("--patience", type=float, default=120, help="seconds after the last instant")
    arguments = parser.parse_args()
    # Before the minute it is watched for ten seconds that nothing happens.
    lead = arguments.lead if arguments.lead is not None else 20 + arguments.jobs / 500
    WORK.mkdir(parents=True, exist_ok=True)
    only = arguments.only.split(",") if arguments.only else None
    rows = []
    for kind in SCHEDULERS:
        if only and kind.name not in only or arguments.spread and not kind.knows_seconds:
            continue
        try:
            scheduler = kind(arguments)
            say(f"{kind.name}: {arguments.jobs} jobs")
            rows.append(
                (kind.name, measured(scheduler, arguments.jobs, arguments.spread, lead, arguments.patience))
            )
        except Missing as why:
            say(f"{kind.name} is left out: {why}")
    if not rows:
        sys.exit("nothing was measured")
    when = "spread over a minute" if arguments.spread else "due at one minute"
    print(f"\n## {arguments.jobs} jobs {when}, {os.cpu_count()} cores\n")
    table(rows)


if __name__ == "__main__":
    main()
