"""Which JSON file of a Takeout describes which photograph."""

import pytest

from dampipe.features.imports.takeout.matching import Item, match
from dampipe.features.imports.takeout.names import bases, cut, media_name, units


def pairs(media: str, jsons: str, titles: dict[str, str] | None = None) -> dict[str, str]:
    """Names are separated by "|"; one that begins with "2:" is in another part."""
    items = [_item(number, text) for number, text in enumerate([*media.split("|"), *jsons.split("|")])]
    count = len(media.split("|"))
    names = [f"{'2:' if one.part == 2 else ''}{one.name}" for one in items]

    def title_of(number: int) -> str:
        return (titles or {}).get(names[number], "")

    found = match(items[:count], items[count:], title_of)
    return {names[one]: names[json] for one, json in found.described.items()}


def _item(number: int, text: str) -> Item:
    return Item(number, text.removeprefix("2:"), 2 if text.startswith("2:") else 1)


@pytest.mark.parametrize(
    ("media", "json"),
    [
        ("IMG_1.jpg", "IMG_1.jpg.json"),
        ("IMG_1.jpg", "IMG_1.jpg.supplemental-metadata.json"),
        ("IMG_1(1).jpg", "IMG_1.jpg(1).json"),
        ("IMG_1(12).HEIC", "IMG_1.HEIC.supplemental-metadata(12).json"),
        ("Scan(1).jpg", "Scan(1).jpg.supplemental-metadata.json"),
        ("Scan(1)(1).jpg", "Scan(1).jpg.supplemental-metadata(1).json"),
        ("Screenshot_2017-07-05-10-05-26.png", "Screenshot_2017-07-05-10-05-26.png.supplementa.json"),
        ("D7157814-D2D5-4A62-AFCE-9CF465CB7D66.jpeg", "D7157814-D2D5-4A62-AFCE-9CF465CB7D66.jpeg.supp.json"),
        ("D7157814-D2D5-4A62-AFCE-9CF465CB7D66x.jpeg", "D7157814-D2D5-4A62-AFCE-9CF465CB7D66x.jpeg.sup.json"),
        (
            "Screenshot_20220207_102421_com.snapchat.android.jpg",
            "Screenshot_20220207_102421_com.snapchat.androi.json",
        ),
        (
            "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_P.jpg",
            "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_.json",
        ),
        ("a_name_of_thirty_nine_characters__xx.png", "a_name_of_thirty_nine_characters__xx.png.suppl.json"),
        (
            "a_name_of_forty_five_characters__________.png",
            "a_name_of_forty_five_characters__________.png..json",
        ),
        (
            "Backyard_ceremony_wedding_photography_xxxxxxx_m(494).jpg",
            "Backyard_ceremony_wedding_photography_xxxxxxx_(494).json",
        ),
        (
            "13039_327707840323_537645323_9470255_27214_n(1).jpg",
            "13039_327707840323_537645323_9470255_27214_n.j(1).json",
        ),
        (
            "😀😃😄😁😆😅😂🤣🥲☺️😊😇🙂🙃😉😌😍🥰😘😗😙😚😋😛.jpg",
            "😀😃😄😁😆😅😂🤣🥲☺️😊😇🙂🙃😉😌😍🥰😘😗😙😚😋.json",
        ),
        (
            "Urlaub in Knaufspesch in der Schneifel (38).JPG",
            "Urlaub in Knaufspesch in der Schneifel (38).JP.json",
        ),
        ("PXL_20210102_221126856.MP~2.jpg", "PXL_20210102_221126856.MP~2.jpg.json"),
        ("Cafe\u0301.jpg", "Caf\u00e9.jpg.json"),
    ],
)
def test_a_json_file_is_found_by_its_name(media: str, json: str) -> None:
    assert pairs(media, json) == {media: json}


@pytest.mark.parametrize(
    ("media", "json"),
    [
        ("PXL_20211013_220651958.jpg", "PXL_20211013_220651983.jpg.json"),
        ("DSC_0102(1).JPG", "DSC_0102.JPG(2).json"),
        ("DSC_0103.JPG", "DSC_0103.JPG(1).json"),
        ("DSC_0104(1).JPG", "DSC_0104.JPG.json"),
        ("IMG_1.jpg", "IMG_10.jpg.json"),
        ("IMG_10.jpg", "IMG_1.jpg.json"),
        ("IMG_1.jpg", "IMG_1.json"),
        ("IMG_1.jpg", "IMG_1.jpg.extra.json"),
        (
            "Backyard_ceremony_wedding_photography_xxxxxxx_m(185).jpg",
            "Backyard_ceremony_wedding_photography_xxxxxxx_(494).json",
        ),
        ("IMG_1-edited.jpg", "IMG_2.jpg.json"),
    ],
)
def test_a_json_file_of_another_photograph_is_not_taken(media: str, json: str) -> None:
    assert pairs(media, json) == {}


@pytest.mark.parametrize(
    "mark", ["-edited", "-bearbeitet", "-modifié", "-modifie\u0301", "-編集済み", "-EDITED"]
)
def test_an_edited_copy_shares_what_describes_its_original(mark: str) -> None:
    both = f"IMG_1.HEIC|IMG_1{mark}.jpg|IMG_1{mark}(1).jpg|IMG_1(1).HEIC"
    jsons = "IMG_1.HEIC.supplemental-metadata.json|IMG_1.HEIC.supplemental-metadata(1).json"
    first, second = jsons.split("|")
    assert pairs(both, jsons) == {
        "IMG_1.HEIC": first, f"IMG_1{mark}.jpg": first,
        f"IMG_1{mark}(1).jpg": second, "IMG_1(1).HEIC": second,
    }  # fmt: skip
    assert pairs(f"IMG_1{mark}.jpg", first) == {f"IMG_1{mark}.jpg": first}, (
        "the original is not in the export"
    )


def test_edited_copies_of_numbered_scans() -> None:
    media = "Scan(1).jpg|Scan(1)-editat.jpg|Scan(1)(1).jpg|Scan(1)-editat(1).jpg"
    jsons = "Scan(1).jpg.supplemental-metadata.json|Scan(1).jpg.supplemental-metadata(1).json"
    first, second = jsons.split("|")
    assert pairs(media, jsons) == {
        "Scan(1).jpg": first, "Scan(1)-editat.jpg": first,
        "Scan(1)(1).jpg": second, "Scan(1)-editat(1).jpg": second,
    }  # fmt: skip


def test_the_film_of_a_live_photograph_is_described_by_the_photograph() -> None:
    media = "IMG_1.HEIC|IMG_1.MP4|IMG_2.jpg|IMG_2(1).JPG|IMG_2(1).MOV|PXL_3.MP.jpg|PXL_3.MP|CLIP.MP4"
    jsons = "IMG_1.HEIC.json|IMG_2.jpg.json|IMG_2.JPG(1).json|PXL_3.MP.jpg.supplemental-metadata.json|CLIP.MP4.json"
    found = pairs(media, jsons)
    assert found["IMG_1.MP4"] == "IMG_1.HEIC.json"
    assert found["IMG_2(1).MOV"] == "IMG_2.JPG(1).json"
    assert found["PXL_3.MP"] == "PXL_3.MP.jpg.supplemental-metadata.json"
    assert found["CLIP.MP4"] == "CLIP.MP4.json"
    assert len(found) == 8


def test_parts_that_have_the_same_names() -> None:
    assert pairs("IMG_1.jpg|2:IMG_1.jpg", "IMG_1.jpg.json|2:IMG_1.jpg.json") == {
        "IMG_1.jpg": "IMG_1.jpg.json", "2:IMG_1.jpg": "2:IMG_1.jpg.json",
    }  # fmt: skip
    assert pairs("IMG_1.jpg", "2:IMG_1.jpg.json") == {"IMG_1.jpg": "2:IMG_1.jpg.json"}


def test_titles_decide_between_names_that_were_cut() -> None:
    head = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRST"  # 46 characters
    assert len(head) == 46
    media, jsons = f"{head}U.jpg|{head}V.jpg", f"{head}.json|{head}(1).json"
    titles = {f"{head}.json": f"{head}Vsecond.jpg", f"{head}(1).json": f"{head}Ufirst.jpg"}
    found = pairs(media, jsons, titles)
    assert found == {f"{head}V.jpg": f"{head}.json"}, "a number that stands in one name only is no proof"


def test_a_title_finds_what_no_name_finds() -> None:
    media, jsons = "2009-01-05.jpg|What_.jpg|other.jpg", "2009-01-05.json|What_.json|x.json"
    titles = {"2009-01-05.json": "2009-01-05", "What_.json": "What?.jpg", "x.json": "y.jpg"}
    assert pairs(media, jsons, titles) == {"2009-01-05.jpg": "2009-01-05.json", "What_.jpg": "What_.json"}


def test_a_further_copy_of_a_name_that_was_cut() -> None:
    json = "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_.json"
    media = "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_P.jpg|original_1d4caa6f-16c6-4c3d-901b-9387de10e528_P(1).jpg"
    assert set(pairs(media, json).values()) == {json} and len(pairs(media, json)) == 2


def test_names_are_cut_after_46_units() -> None:
    assert cut("x" * 60) == "x" * 46
    assert units(cut("😀" * 30)) == 46 and units(cut("a" + "😀" * 30)) == 45
    for plain in ("a.jpg", "b" * 40 + ".jpg", "c" * 60 + ".jpg"):
        assert len(list(bases(plain, 0))) == len(set(bases(plain, 0))) < 60
    assert media_name("(1).jpg").stem == "(1)"
