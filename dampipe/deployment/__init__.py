"""Running dampipe: the processes of a deployment, the embedded broker, and whether a machine is fit."""
