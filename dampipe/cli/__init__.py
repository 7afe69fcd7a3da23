"""The command line: the list of commands, one file each. Exit codes are documented in docs/cli.md."""

from dampipe.cli.group import LazyGroup

COMMANDS = {
    "enqueue": "Submit a scan of files and folders.",
    "scan": "List scans, and pause, resume and cancel them.",
    "source": "Name the folders that hold footage.",
    "sync": "Bring the library up to its sources: the line for cron.",
    "status": "What is waiting, running, done and failed.",
    "watch": "The same, kept up to date.",
    "search": "Find moments by words, a picture or a moment.",
    "tag": "Give assets words of your own, to search by.",
    "duplicates": "What the library has more than once.",
    "show": "All that is known of one asset.",
    "failures": "Files that could not be brought to the end, and why.",
    "retry": "Let failed files start afresh.",
    "prune": "Forget files that are gone, and what was made of them.",
    "embed": "Catch up on embedding once the model is there.",
    "model": "List models, and choose one.",
    "index": "Check the vector index, or build it anew.",
    "up": "Run a whole deployment on this machine.",
    "worker": "Run one worker, here or on another machine.",
    "serve": "Run the web server.",
    "broker": "Run the embedded broker.",
    "beat": "Run the clock that starts the sweep.",
    "flower": "Run Flower.",
    "demo": "Show the main job on made-up or your own footage.",
    "doctor": "What this machine can do, and what to fix.",
    "config": "List all settings.",
}
"""Each command and its one line; `dampipe.cli.NAME:command` is where it lives."""

main = LazyGroup(COMMANDS)
