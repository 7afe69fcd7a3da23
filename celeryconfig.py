"""Celery's configuration: broker, routes, limits. All of it comes from dampipe's settings.

The catalogue is the truth and the broker only wakes workers, so messages are acknowledged when they are taken, results
are not kept, and the sweep dispatches again what is lost. `dampipe.workers.brokers` has what differs between Redis and
RabbitMQ.
"""

from celery.schedules import crontab
from kombu import Exchange, Queue
from tzlocal import get_localzone_name

from dampipe.app.features import features
from dampipe.app.load_settings import load_settings
from dampipe.app.pipeline import load_pipeline
from dampipe.app.tasks import feature_tasks
from dampipe.kernel.amqp import is_amqp
from dampipe.workers.brokers import queue_arguments, transport_options

_settings = load_settings()
_pipeline = load_pipeline(_settings)
_tasks = feature_tasks(_settings, _pipeline)
_work = {name: work for feature in features() for name, work in feature.work.items()}

broker_url = _settings.broker
broker_connection_retry_on_startup = True
broker_connection_max_retries = None
broker_connection_timeout = 4
# A worker connects again, too, when RabbitMQ closes its channel: before version 3.12 it does so if a message has waited
# for 30 minutes in a worker whose processes are busy.
broker_channel_error_retry = is_amqp(broker_url)
broker_heartbeat = 30  # seconds; AMQP only
broker_transport_options = transport_options(broker_url)

task_serializer = "json"
accept_content = ["json"]
task_ignore_result = True
task_acks_late = False  # the lease in the catalogue is the acknowledgement
task_create_missing_queues = True
task_default_queue = "control"
task_routes = {
    "dampipe.sweep": {"queue": "control"},
    **{f"dampipe.{name}": {"queue": scheduled.queue} for name, scheduled in _tasks.items()},
    **{f"dampipe.{stage.name}": {"queue": stage.queue} for stage in _pipeline},
    **{f"dampipe.{name}": {"queue": work.queue} for name, work in _work.items()},
}
task_queues = [
    Queue(name, Exchange(name, type="direct"), name, queue_arguments=queue_arguments(broker_url))
    for name in dict.fromkeys(("control", "scan", *(route["queue"] for route in task_routes.values())))
]
# RabbitMQ deprecates queues that are neither durable nor exclusive.
control_queue_durable = event_queue_durable = is_amqp(broker_url)
if is_amqp(broker_url):
    # Not written to the broker's disk: confirmed in 1 ms, not 11, and the sweep publishes again what a restart loses.
    task_default_delivery_mode = "transient"
task_publish_retry_policy = {"max_retries": 60, "interval_start": 0, "interval_step": 0.2, "interval_max": 1}

worker_prefetch_multiplier = 1
worker_send_task_events = True
worker_hijack_root_logger = True
worker_redirect_stdouts = False
worker_log_format = "%(asctime)s %(levelname).1s %(message)s"
worker_task_log_format = "%(asctime)s %(levelname).1s %(message)s"
worker_max_tasks_per_child = 5000  # bounds whatever a decoder library leaks
worker_cancel_long_running_tasks_on_connection_loss = False

beat_schedule: dict[str, dict[str, object]] = {
    "sweep": {
        "task": "dampipe.sweep",
        "schedule": _settings.sweep_interval,
        "options": {"expires": max(1.0, _settings.sweep_interval * 0.9)},
    }
}
for _name, _scheduled in _tasks.items():
    if isinstance(_scheduled.schedule, str) and _scheduled.schedule:
        _when, _expires = crontab.from_string(_scheduled.schedule), 3600.0
    elif _scheduled.schedule:
        _when, _expires = _scheduled.schedule, max(1.0, float(_scheduled.schedule) * 0.9)
    else:
        continue
    beat_schedule[_name] = {"task": f"dampipe.{_name}", "schedule": _when, "options": {"expires": _expires}}
beat_schedule_filename = str(_settings.home / "broker" / "beat")
timezone = get_localzone_name() or "UTC"  # the schedule is in the time of the machine that keeps it
