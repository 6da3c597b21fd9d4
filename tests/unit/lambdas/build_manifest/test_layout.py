from lambdas.build_manifest import layout
from pipeline_stack import layout as stack_layout


def test_the_prefixes_are_those_of_the_stack() -> None:
    assert layout.IMAGES_PREFIX == stack_layout.IMAGES_PREFIX
    assert layout.MANIFESTS_PREFIX == stack_layout.MANIFESTS_PREFIX


def test_the_remembered_content_hashes_are_not_in_the_folder_of_a_set() -> None:
    name = layout.CONTENT_HASHES_KEY.removeprefix(layout.MANIFESTS_PREFIX)

    assert "/" not in name
    assert not layout.is_set_name(name)


def test_only_64_lower_case_hexadecimal_digits_name_a_set() -> None:
    assert layout.is_set_name("0123456789abcdef" * 4)
    for other in ("", "a" * 63, "a" * 65, "A" * 64, "g" * 64, "a" * 64 + "\n", "../" + "a" * 61):
        assert not layout.is_set_name(other)
