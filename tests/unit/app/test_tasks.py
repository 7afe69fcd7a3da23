"""Background tasks: which there are, where their messages wait, and when the clock starts them."""

from dampipe.app.load_settings import load_settings
from dampipe.app.pipeline import load_pipeline
from dampipe.app.tasks import feature_tasks


def test_every_task_has_a_queue_and_the_schedule_that_the_settings_give(tmp_path, monkeypatch):
    monkeypatch.setenv("DAMPIPE_HOME", str(tmp_path))
    monkeypatch.setenv("DAMPIPE_SYNC_SCHEDULE", "30 2 * * *")
    settings = load_settings()
    tasks = feature_tasks(settings, load_pipeline(settings))
    assert {name: task.queue for name, task in tasks.items()} == {
        "import": "io",
        "scan": "scan",
        "restore": "control",
        "sync": "control",
        "verify": "io",
        "expire_uploads": "control",
        "tend": "index",
        "expire_events": "control",
        "expire_deliveries": "control",
        "licence_notices": "control",
        "machinetags": "index",
    }
    assert tasks["sync"].schedule == "30 2 * * *"
    assert not tasks["scan"].schedule and not tasks["verify"].schedule
    assert float(tasks["tend"].schedule) > 0


def test_a_task_of_a_stage_that_the_pipeline_lacks_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setenv("DAMPIPE_HOME", str(tmp_path))
    settings = load_settings()
    stages = [stage for stage in load_pipeline(settings) if stage.name != "index"]
    assert "tend" not in feature_tasks(settings, stages)
