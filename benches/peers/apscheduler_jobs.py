"""Jobs of APScheduler that note when they start: apscheduler_jobs.py JOBS STAMPS LIMIT.

A line of JOBS is the number of a job and the instant that it is due at, in seconds since 1970.
"""

import sys
import time
from datetime import datetime, timezone

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.cron import CronTrigger

stamps = open(sys.argv[2], "a", buffering=1)


def start(number):
    now = time.time()
    stamps.write(f"{number} {now:.6f}\n")


scheduler = BlockingScheduler(
    executors={"default": ThreadPoolExecutor(int(sys.argv[3]))},
    # What is late is to start all the same, as everywhere.
    job_defaults={"misfire_grace_time": None},
    timezone=timezone.utc,
)
for line in open(sys.argv[1]):
    number, instant = (int(word) for word in line.split())
    at = datetime.fromtimestamp(instant, timezone.utc)
    trigger = CronTrigger(hour=at.hour, minute=at.minute, second=at.second, timezone=timezone.utc)
    scheduler.add_job(start, trigger, args=[number])
scheduler.start()
