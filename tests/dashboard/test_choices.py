"""What a person chooses: a file, a target, columns, settings; and what is said where a choice does not suit."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from core import jobs
from core.data import PLACES, table_of_frame
from core.records import Table, Task
from core.store import Store
from tests.dashboard.pages import address, page, queue, said, sound


def test_a_file_is_uploaded_and_its_target_chosen(store: Store) -> None:
    rows = "".join(f"{i};{i % 7},5;{'ja' if i % 3 else 'nein'}\n" for i in range(60))
    at = page()
    at.file_uploader(key="upload-0").upload("Kündigungen 2024.csv", f"Nr;Wert;gekündigt\n{rows}".encode("cp1252")).run()
    sound(at)
    assert at.title[0].value.replace("\\", "") == "Kündigungen 2024.csv"
    at.selectbox(key="target_column").set_value("Wert").run()
    sound(at)
    assert address(at, "target") == "Wert"
    assert address(at, "data") == "Kündigungen 2024.csv"
    assert [path.name for path in store.tables.iterdir()] == ["Kündigungen 2024.csv"]


def test_settings_that_do_not_fit_are_refused_and_not_guessed(store: Store) -> None:
    at = page("compare")
    at.session_state["set-feed_forward-classification-hidden_layer_sizes"] = "many, layers"
    at.run()
    at.button(key="start").click().run()
    assert "'many, layers' does not fit" in said(at) and not store.runs()
    at.session_state["set-feed_forward-classification-hidden_layer_sizes"] = "(32, 16)"
    queue(at)
    (settings,) = [each.settings for each in store.runs()[0].spec.models if each.name == "feed_forward"]
    assert settings == {"hidden_layer_sizes": (32, 16)}


def test_what_is_no_table_is_a_sentence_and_can_be_removed(store: Store) -> None:
    (store.tables / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    at = page(data="picture.csv")
    assert "PNG image" in said(at)
    at.button(key="remove_file").click().run()
    assert at.title[0].value == "Iris flowers" and not list(store.tables.iterdir())


@pytest.mark.parametrize("source", ["/etc/hostname", "../store/bakeoff.db", "irsi", "moons:noise=9"])
def test_the_address_reaches_no_other_files(store: Store, source: str) -> None:
    at = page(data=source)
    assert len(at.error) == 1 and not at.exception
    assert not at.title


def _odd(store: Store) -> str:
    """A table with a class of a single row."""
    rows = "".join(f"{i / 7:.3f},{i % 5},{'rare' if not i else 'pq'[i % 2]}\n" for i in range(60))
    (store.tables / "odd.csv").write_text(f"a,b,target\n{rows}")
    return "odd.csv"


def test_what_stands_against_a_start_is_said_before_it(store: Store) -> None:
    at = page(data=_odd(store), target="target")
    assert "rare" in at.warning[0].value and "leave that class out" in at.warning[0].value
    at.switch_page("views/compare.py").run()
    assert len(at.warning) == 1 and not at.error
    at.button(key="start").click().run()
    assert len(at.error) == 1 and not at.warning and not store.runs()
    assert at.session_state["choice"]  # what is to be changed stays open


def test_a_choice_that_leaves_nothing_to_learn_is_taken_back(store: Store) -> None:
    at = page(data=_odd(store), target="target")
    at.button_group(key="task").set_value(Task.REGRESSION).run()
    assert "holds words" in at.error[0].value
    at.button_group(key="task").set_value(Task.CLASSIFICATION).run()
    assert not at.error
    at.multiselect(key="dropped").set_value(["rare", "p"]).run()
    assert "only one value" in at.error[0].value
    at.multiselect(key="dropped").set_value(["rare"]).run()
    assert not at.error and not at.warning


def test_a_table_of_one_column_has_no_column_to_choose(store: Store) -> None:
    (store.tables / "one.csv").write_text("a\n" + "".join(f"{i}\n" for i in range(30)))
    assert "one column" in page(data="one.csv").error[0].value


def test_numbers_have_no_class_weights(store: Store) -> None:
    at = page("compare")
    at.toggle(key="balanced").set_value(True).run()
    at.session_state["chosen"] = {"data": "curve", "target": "", "run": ""}
    at.run()
    queue(at)
    assert store.runs()[0].problem.task == Task.REGRESSION and store.runs()[0].spec.class_weight == ""


def test_a_column_is_left_out_and_the_run_says_so(store: Store) -> None:
    at = page()
    editor = f"columns-{jobs.read(store, 'iris').fingerprint}-species"
    at.session_state[editor] = {"edited_rows": {0: {"Role": "left out"}}, "added_rows": [], "deleted_rows": []}
    at.run()
    at.switch_page("views/compare.py").run()
    queue(at)
    assert dict(store.runs()[0].spec.roles.left_out) == {"sepal length (cm)": "left out by you"}


def test_nothing_of_the_data_is_read_as_markdown(store: Store) -> None:
    rows = "".join(f"{i % 9},{'$5 and $6' if i % 2 else '![x](http://example.org/x.png)'}\n" for i in range(40))
    (store.tables / "odd.csv").write_text(f"a,:red[kind]\n{rows}")
    at = page(data="odd.csv", target=":red[kind]")
    sound(at)
    texts = [str(each.value) for each in (*at.markdown, *at.caption, *at.title)]
    assert not any("![x](" in text or ":red[k" in text for text in texts)


def test_models_that_cannot_weigh_classes_are_named(store: Store) -> None:
    at = page("compare", data="moons:rows=60")
    at.toggle(key="balanced").set_value(True).run()
    queue(at)
    assert store.runs()[0].spec.class_weight == "balanced"
    assert "k nearest neighbours cannot weigh classes" in said(at)
    assert "Random forest cannot weigh classes" not in said(at)


def test_a_well_known_table_is_found_in_the_folder_or_said_to_be_away(store: Store, monkeypatch) -> None:
    def no(self: object, *_: object) -> None:
        raise OSError("no network in this test")

    monkeypatch.setattr("socket.socket.connect", no)
    at = page(data="titanic")
    (card,) = at.error
    told = card.value.replace("\\", "")
    assert "Titanic is not in the data folder." in told and "Or put titanic.csv, from openml.org" in told
    assert not at.exception
    assert "remove_file" not in {button.key for button in at.button} and at.button(key="read_again")
    lines = "".join(f"{i % 2},{i % 3 + 1},{'fm'[i % 2]},{20 + i},{'yes' if i % 2 else 'no'}\n" for i in range(60))
    (store.tables / "titanic.csv").write_text(f"survived,pclass,sex,age,alive\n{lines}")
    at.run()
    sound(at)
    assert at.title[0].value == "Titanic" and "Read from" in said(at)
    at.selectbox(key="data_set").set_value("boston_housing").run()
    assert any("share of Black inhabitants" in caption.value for caption in at.caption)


def test_a_data_set_elsewhere_is_chosen_by_its_name(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def fetch(name: str, tables: object) -> Table:
        asked.append(name)
        return table_of_frame(pd.DataFrame({"a": range(60), "b": ["x", "y"] * 30}), f"openml:{name}", title="Far")

    place = PLACES["openml"]
    monkeypatch.setitem(PLACES._entries, "openml", replace(place, fetch=fetch))
    at = page()
    at.text_input(key="elsewhere").set_value("openml:61").run()
    sound(at)
    assert at.title[0].value == "Far" and address(at, "data") == "openml:61" and asked == ["61"]
    assert at.text_input(key="elsewhere").value == ""
    at.text_input(key="elsewhere").set_value("opnml:61").run()
    assert "No data set or file is called" in said(at) and not at.exception
