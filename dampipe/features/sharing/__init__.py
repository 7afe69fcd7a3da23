"""Share links: people without an account see one asset or collection, and do with it what the link allows."""

from dampipe.features.sharing.scopes import SHARE
from dampipe.kernel.feature import Command, Feature

FEATURE = Feature(
    "sharing",
    __name__,
    tables=(f"{__name__}.tables",),
    providers={"dampipe.kernel.guests:Guests": f"{__name__}.guests:GuestService"},
    commands={"share": Command("Share assets and collections by links.", f"{__name__}.cli:command")},
    routers=(f"{__name__}.http:router", f"{__name__}.http_guests:router"),
    panel="panel/panel.js",
    guest_endpoints=(
        "GET /share-sessions/current",
        "GET /versions/{sha1}/playback",
        "GET /collections",
        "GET /collections/{collection}",
        "GET /collections/{collection}/items",
        "GET /assets/{sha1}/comments comment",
        "POST /assets/{sha1}/comments comment",
        "GET /comments/{number} comment",
        "PATCH /comments/{number} comment",
        "DELETE /comments/{number} comment",
        "POST /comments/{number}/replies comment",
        "POST /comments/{number}/resolve comment",
        "POST /comments/{number}/reopen comment",
        "GET /comments/{number}/drawing.svg comment",
    ),
    openings=(f"{__name__}.opening:SharedByLinks",),
    undoables=(f"{__name__}.undo:SHARES",),
    merges=(f"{__name__}.merge:LINKS",),
    sweeps=(f"{__name__}.sweep:ExpiredGuests",),
    events=tuple(
        f"{__name__}.events:{name}"
        for name in ("ShareCreated", "ShareChanged", "ShareRevoked", "ShareRenewed", "ShareOpened")
    ),
    scopes=(SHARE,),
    remedies=f"{__name__}.remedies",
)
