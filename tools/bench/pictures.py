"""The pictures of a benchmark: only their keys, since S3 lists nothing of what is in them."""

from collections.abc import Iterator

PREFIX = "images_labeled_by_folder/"
_BREEDS = (
    "Affenpinscher",
    "Afghan Hound",
    "Airedale Terrier",
    "Akita",
    "Basset Hound",
    "Beagle",
    "Border Collie",
    "Boxer",
    "Bulldog",
    "Chihuahua",
    "Dachshund",
    "Entlebucher Sennenhund",
    "Golden Retriever",
    "Großspitz",
    "Husky",
    "Löwchen",
    "Pug",
    "Saluki",
    "Whippet",
    "柴犬",
)
"""Names with spaces and letters beyond ASCII, which a listing has to encode."""


def keys(count: int, *, labels: int) -> Iterator[str]:
    """Keys under `labels` folders of uneven sizes: the first holds some ten times as many as the last."""
    weights = [1 / (2 + rank) for rank in range(labels)]
    total = sum(weights)
    shares = [int(count * weight / total) for weight in weights]
    shares[0] += count - sum(shares)
    for label, share in enumerate(shares):
        for number in range(share):
            yield f"{PREFIX}{_BREEDS[label]}/2026-{number % 12 + 1:02}/IMG_{number:08}.jpeg"
