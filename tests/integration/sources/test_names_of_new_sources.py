"""The name of a source that a scan creates is that of its folder, and of those above it where the name is taken."""

from dampipe.kernel.db.database import Database
from tests.support.catalog import Catalog


def test_folders_above_make_a_name_unique(catalogue_url: str) -> None:
    catalog = Catalog(Database(catalogue_url))
    catalog.set_up()
    paths = ["/mnt/a/footage", "/mnt/b/footage", "/srv/b/footage", "/", "/mnt/-odd"]
    names = [catalog.sources.ensure_holder(path).name for path in paths if path != "/"]
    assert names == ["footage", "b/footage", "srv/b/footage", "mnt/-odd"]
    catalog.sources.add("mnt/c/footage", "/x")
    catalog.sources.add("c/footage", "/y")
    assert catalog.sources.ensure_holder("/mnt/c/footage").name == "mnt/c/footage-2"
    assert catalog.sources.ensure_holder("/").name == "root"
    catalog.close()
