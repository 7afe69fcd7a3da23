"""Users, sessions, tokens and rights: who may log in, and what each sees."""

from dampipe.kernel.feature import Command, Feature

FEATURE = Feature(
    name="access",
    module=__name__,
    tables=(f"{__name__}.tables",),
    providers={
        "dampipe.kernel.visibility:Visibility": "dampipe.features.access.visibility:ActorVisibility",
        "dampipe.kernel.people:People": "dampipe.features.access.people:UserDirectory",
    },
    commands={
        "user": Command(
            "Add, change and remove users, or end their sessions.", f"{__name__}.cli.user:command"
        ),
        "token": Command("Create, list and revoke tokens for programs.", f"{__name__}.cli.token:command"),
        "access": Command("Say which footage users see, and why.", f"{__name__}.cli.access:command"),
    },
    routers=(f"{__name__}.http_session:router", f"{__name__}.http:router"),
    sweeps=(f"{__name__}.sweep:ExpiredSessions",),
    events=tuple(
        f"{__name__}.events:{name}"
        for name in (
            "UserAdded",
            "UserChanged",
            "UserRemoved",
            "LoggedIn",
            "LoggedOut",
            "LoginFailed",
            "TokenMade",
            "TokenRevoked",
            "Granted",
            "GrantRevoked",
        )
    ),
    panel="panel/panel.js",
    remedies=f"{__name__}.remedies",
)
