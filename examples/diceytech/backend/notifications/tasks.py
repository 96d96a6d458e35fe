"""Background tasks: telling people, and keeping the tables small."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from accounts.models import Attempt, LoginSession, User
from django.utils.timezone import now
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from notifications.models import Notification

logger = logging.getLogger(__name__)


@app.task(name="notifications.tell", pass_context=True, retry=RetryStrategy(max_attempts=8, exponential_wait=3))
def tell(context: JobContext, recipients: list[int], kind: str, message: str, link: str) -> None:
    """One notification for each recipient who is still there."""
    there = User.objects.filter(pk__in=recipients).values_list("pk", flat=True)
    told = [
        Notification(recipient_id=pk, kind=kind, message=message, link=link, event=context.job.id or 0) for pk in there
    ]
    Notification.objects.bulk_create(told, ignore_conflicts=True)


@app.periodic(cron="17 * * * *")
@app.task(name="notifications.clean_up", queueing_lock="notifications.clean_up")
def clean_up(timestamp: int) -> None:
    """Removes log-ins that have expired and counts of attempts that no window needs."""
    LoginSession.objects.filter(expires_at__lt=now()).delete()
    Attempt.objects.filter(window__lt=now() - timedelta(days=2)).delete()


@app.periodic(cron="*/10 * * * *")
@app.task(name="notifications.retry_stalled", queueing_lock="notifications.retry_stalled")
async def retry_stalled(timestamp: int) -> None:
    """Gives jobs whose worker died back to the queue."""
    stalled = list(await app.job_manager.get_stalled_jobs())
    await asyncio.gather(*(app.job_manager.retry_job(job) for job in stalled))
    if stalled:
        logger.warning("%d jobs of dead workers are run again", len(stalled))
