"""What to do next in each face, by code, about errors of the kernel, the engines and the deployment."""

CLI: dict[str, str] = {
    # dampipe.app
    "broker.already_running": "Stop the `dampipe up` that runs it, or set DAMPIPE_HOME to another folder.",
    "deployment.already_running": "To run a second deployment, set DAMPIPE_HOME to another folder.",
    "doctor.acceleration_paused": "It is tried again automatically after a while; "
    "`dampipe doctor --again` tries everything now.",
    "doctor.broker_stopped": "`dampipe up` starts it.",
    "doctor.no_relay": "`dampipe up` starts one with everything else, `dampipe relay` one alone.",
    "doctor.no_workers": "`dampipe up` starts a whole deployment, `dampipe worker` one worker.",
    "doctor.other_model": "Restart `dampipe up`, or these workers: they read the settings when they start.",
    "doctor.subscribers_failing": "`dampipe status` shows when each is tried again, and at which event it fails; "
    "`dampipe events skip SUBSCRIBER` moves it past that event.",
    "doctor.unserved_queues": "`dampipe worker --queues {queue_list}` serves them.",
    "doctor.vector_index_unsound": "`dampipe index rebuild` rebuilds it; a worker of its queue also repairs a lost "
    "or damaged index within a minute. Until then search is slow or misses results.",
    "host.not_loopback": "Add a user (`dampipe user add NAME --role admin`) or a token (`dampipe token create NAME "
    '--for "search read"`), or set host (DAMPIPE_HOST) to 127.0.0.1 and use an SSH tunnel '
    "(`ssh -L {port}:127.0.0.1:{port} THIS-MACHINE`).",
    "procfile.unreadable": "`dampipe up --procfile FILE` uses another one; dampipe comes with one.",
    "setting.model_unusable": "{advice}`dampipe model use NAME` chooses another model.",
    # dampipe.jobs, dampipe.kernel, dampipe.media, dampipe.storage
    "blob.store_full": "Free some space, then run `dampipe retry`.",
    "broker.embedded_down": "Start everything with `dampipe up`, or name a broker in the setting broker_url.",
    "catalogue.driver_missing": "Install it: pip install 'dampipe[postgres]'.",
    "catalogue.damaged": "`dampipe restore --force FILE` brings back a backup that `dampipe backup` made, and moves the "
    "damaged file aside. Footage and derivatives are not affected.",
    "catalogue.database_absent": "An administrator of the server creates it: `createdb --owner={user} {name}`, or "
    "CREATE DATABASE {name} OWNER {user}; in psql. `dampipe up` then makes its tables.",
    "catalogue.lost": "`dampipe restore --force FILE` brings back a backup that `dampipe backup` made. To begin a new "
    "library instead, move {folder} away first.",
    "catalogue.not_set_up": "`dampipe up` sets it up.",
    "catalogue.schema_mismatch": "Run the newest dampipe everywhere; `dampipe up` upgrades an older schema.",
    "file.unreadable": "Make it readable for the worker, then run `dampipe retry PATH`.",
    "source.host_changed": "Another machine may pretend to be the host. If the host was set up anew, "
    "`ssh-keygen -R {host}` forgets the old key.",
    "source.host_unknown": "Compare the fingerprint with what `ssh-keygen -lf /etc/ssh/ssh_host_{kind}_key.pub` shows "
    "on the host. If it is the same, connect once with `ssh {address}`, which writes the key into known_hosts.",
    "index.not_built": "A worker of the queue `index` builds it; `dampipe index rebuild` builds it at once.",
    "index.required": "A worker of the queue `index` repairs a damaged index; `dampipe index rebuild` does so at once.",
    "model.not_published_as_onnx": "`pip install '{package}'` to run it.",
    "model.package_missing": "`pip install '{package}'`, or `dampipe model use NAME` with another model.",
    "media.ffmpeg_unsupported": "Run `dampipe doctor` to see the ffmpeg in use; the setting `ffmpeg` selects another.",
    "media.no_encoder": "Run `dampipe doctor` to see which encoders work; the setting `ffmpeg` selects another ffmpeg.",
    "media.probe_failed": "Run `dampipe doctor`.",
    "media.proxy_unreadable": "Run `dampipe retry` to make the proxy again.",
    "settings.invalid": "Correct it in {file} or in {variable}; `dampipe config --sample` describes every setting.",
    "settings.misspelled": "Correct it in {file}; `dampipe config --sample` lists every setting.",
    "settings.unknown": "`dampipe config --sample` lists every setting; this one is in {file} or the environment.",
}

PAGE: dict[str, str] = {
    "blob.store_full": "Free some space, then press Retry.",
    "file.unreadable": "Make it readable for the worker, then press Retry.",
    "media.proxy_unreadable": "Press Retry to make the proxy again.",
    "media.timeout": "If the file is worth it, raise the time limit in the settings, then press Retry.",
}
