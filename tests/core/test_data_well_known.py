"""Well-known data sets: found in the folder of tables by name and by columns, else fetched, else a sentence."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.data import DATASETS, Unreadable, files_behind, load_table, make_problem, read_table
from core.data.datasets import well_known
from core.data.entry import Dataset
from core.data.layouts import bare
from core.derived import source_stamp
from core.records import Roles, Table, Task
from tests.core.openml_server import RECORDED, Server

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
PEOPLE = (
    "39, State-gov, 77516, Bachelors, 13, Never-married, Adm-clerical, Not-in-family, White, Male, 2174, 0, 40, Peru"
)
VALIDATOR = "|1x3 Cross validator\n"
OTHERS = "50, ?, 83311, Masters, 14, Married-civ-spouse, ?, Husband, Black, Female, 0, 0, 13, Cuba"
ADULT = "age,workclass,fnlwgt,education,educational-num,marital-status,occupation,relationship,race,gender,capital-gain"


def rows(head: str, *lines: str, times: int = 10) -> str:
    return "\n".join([*([head] if head else []), *lines * times, ""])


def numbers(head: str, target: str, delimiter: str = ",") -> str:
    """A table of numbers whose target has a few different whole ones."""
    names = head.split(delimiter)
    made = np.random.default_rng(0).random((40, len(names))).round(3)
    frame = pd.DataFrame(made, columns=names)
    frame[target] = np.arange(40) % 5 + 3
    return frame.to_csv(index=False, sep=delimiter)


def digits(first: str, columns: int = 784, head: str = "") -> str:
    labels = [*map(int, first.split()), *range(10), *range(10)]
    grey = np.random.default_rng(0).integers(0, 256, (len(labels), columns))
    grey[:, 0] = 0  # a pixel that is black in every image
    return rows(head, *(",".join(map(str, [label, *line])) for label, line in zip(labels, grey, strict=True)), times=1)


BOSTON = "crim,zn,indus,chas,nox,rm,age,dis,rad,tax,ptratio,b,lstat,medv"
HOUSES = "MedInc,HouseAge,AveRooms,AveBedrms,Population,AveOccup,Latitude,Longitude,MedHouseVal"
BLOCKS = (
    "longitude,latitude,housing_median_age,total_rooms,total_bedrooms,population,households,median_income,"
    "median_house_value"
)
WINE = "fixed acidity;volatile acidity;citric acid;residual sugar;pH;sulphates;alcohol;quality"
HOURS = "instant,dteday,season,hr,temp,hum,windspeed,casual,registered,cnt"
GERMAN = "A11 6 A34 A43 1169 A65 A75 4 A93 A101 4 A121 67 A143 A152 2 A173 1 A192 A201 {}"
PIXELS = "label," + ",".join(f"pixel{n}" for n in range(784))
FIRST_MNIST, FIRST_FASHION = "5 0 4 1 9 2 1 3 1 4", "9 0 0 3 0 2 7 2 5 5"

# name, file, its content, the target's name there, rows, what is left out
LAYOUTS: list[tuple[str, str, str, str, int, set[str]]] = [
    ("titanic", "titanic.csv", rows("survived,pclass,sex,age,alive", "0,3,male,22,no", "1,1,female,38,yes"),
     "survived", 20, {"alive"}),
    ("titanic", "Titanic (1).csv", rows("PassengerId,Survived,Pclass,Name,Sex,Age", '1,0,3,"Braund, O",male,22',
     '2,1,1,"Cumings, F",female,'), "Survived", 20, set()),
    ("titanic", "train.csv", rows("PassengerId,Survived,Pclass,Name,Sex,Age", '1,0,3,"Braund, O",male,22',
     '2,1,1,"Cumings, F",female,4'), "Survived", 20, set()),
    ("titanic", "titanic_carData.csv", rows("rownames,survived,sex,age,passengerClass", "Allen,yes,female,29,1st",
     "Moor,no,male,,3rd"), "survived", 20, set()),
    ("titanic", "titanic3.csv", rows("pclass,survived,name,sex,age,boat,body", "1,1,Allen,female,29,2,",
     "3,0,Moor,male,40,,135"), "survived", 20, {"boat", "body"}),
    ("adult", "adult.csv", rows(f"{ADULT},capital-loss,hours-per-week,native-country,income", f"{PEOPLE}, <=50K",
     f"{OTHERS}, >50K"), "income", 20, {"fnlwgt"}),
    ("adult", "adult.data", rows("", f"{PEOPLE}, <=50K", f"{OTHERS}, >50K"), "income", 20, {"fnlwgt"}),
    ("adult", "adult_test.csv", VALIDATOR + rows("", f"{PEOPLE}, <=50K.", f"{OTHERS}, >50K."), "income", 20,
     {"fnlwgt"}),
    ("california_housing", "california_housing.csv", numbers(HOUSES, "MedHouseVal"), "MedHouseVal", 40, set()),
    ("california_housing", "housing.csv", numbers(f"{BLOCKS},ocean_proximity", "median_house_value"),
     "median_house_value", 40, set()),
    ("california_housing", "cal_housing.data", numbers(BLOCKS, "median_house_value").partition("\n")[2],
     "median_house_value", 40, set()),
    ("boston_housing", "BostonHousing.csv", numbers(BOSTON, "medv"), "medv", 40, {"b"}),
    ("boston_housing", "boston.csv", numbers(BOSTON.upper(), "MEDV"), "MEDV", 40, {"B"}),
    ("boston_housing", "housing.data", rows("", " 0.1  18.0   2.3  0 0.5 6.5 65 4.1  1  296.0 15.3 396.90   4.98  24",
     " 0.2   0.0   7.0  0 0.4 6.4 78 4.9  2  242.0 17.8 390.90   9.14  21.60"), "medv", 20, {"b"}),
    ("wine_quality", "winequality-red.csv", numbers(WINE, "quality", ";"), "quality", 40, set()),
    ("wine_quality", "WineQT.csv", numbers(WINE.replace(";", ","), "quality"), "quality", 40, set()),
    ("german_credit", "GermanCredit.csv", rows("duration,amount,age,purpose,credit_risk", "6,1169,67,car,1",
     "48,5951,22,radio,0"), "credit_risk", 20, set()),
    ("german_credit", "german_credit_data.csv", rows("Age,Sex,Housing,Credit amount,Duration,Purpose,Risk",
     "67,male,own,1169,6,tv,good", "22,female,own,5951,48,tv,bad"), "Risk", 20, set()),
    ("german_credit", "credit-g.csv", rows("checking_status,duration,credit_amount,class", "<0,6,1169,good",
     ">=200,48,5951,bad"), "class", 20, set()),
    ("german_credit", "german.data", rows("", GERMAN.format(1), GERMAN.replace("A11 6", "A12 48").format(2)),
     "class", 20, set()),
    ("bike_sharing", "hour.csv", numbers(HOURS, "cnt"), "cnt", 40, {"casual", "registered"}),
    ("bike_sharing", "train.csv", numbers("season,temp,humidity,windspeed,casual,registered,count", "count"),
     "count", 40, {"casual", "registered"}),
    ("mnist", "mnist_train.csv", digits("7 7 7"), "label", 23, set()),
    ("mnist", "mnist.csv", digits("1 2", head=PIXELS), "label", 22, set()),
    ("mnist", "train-images.csv", digits(FIRST_MNIST), "label", 30, set()),
    ("fashion_mnist", "fashion-mnist_train.csv", digits("2 9"), "label", 22, set()),
    ("fashion_mnist", "train-images-idx3-ubyte", digits(FIRST_FASHION), "label", 30, set()),
]  # fmt: skip


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> None:
    """No network: whoever wants to be fetched is found out."""

    def no(self: object, *_: object) -> None:
        raise OSError("no network in this test")

    monkeypatch.setattr("socket.socket.connect", no)


@pytest.mark.parametrize("pack", [False, True])
@pytest.mark.parametrize(
    ("name", "file", "content", "target", "many", "left_out"), LAYOUTS, ids=["-".join(each[:2]) for each in LAYOUTS]
)
def test_every_layout_is_found(
    name: str, file: str, content: str, target: str, many: int, left_out: set[str], pack: bool, tables: Path, away: None
) -> None:
    if pack and len(content) > 20_000:
        pytest.skip("wide files take long to read, and are unpacked like the others")
    path = tables / (f"{file}.gz" if pack else file)
    path.write_bytes(gzip.compress(content.encode()) if pack else content.encode())
    entry = DATASETS[name]
    table = load_table(name, tables)
    assert (table.name, table.title, table.about, table.target) == (name, entry.title, entry.about, target)
    assert len(table.frame) == many and table.task == entry.task and f"Read from `{path.name}`" in " ".join(table.notes)
    reasons = {column.name for column in table.columns if column.leave_out in entry.left_out.values()}
    assert reasons == left_out
    assert table.image_shape == entry.image_shape
    problem = make_problem(table, Roles(target))
    assert problem.task is entry.task and problem.image_shape == entry.image_shape
    assert load_table(table.name, tables).fingerprint == table.fingerprint
    assert files_behind(name, tables) == [path]


def test_two_files_of_adult_become_one_table(tables: Path, away: None) -> None:
    (tables / "adult.data").write_text(rows("", f"{PEOPLE}, <=50K", f"{OTHERS}, >50K"))
    (tables / "adult.test").write_text(VALIDATOR + rows("", f"{PEOPLE}, <=50K.", f"{OTHERS}, >50K."))
    table = load_table("adult", tables)
    assert len(table.frame) == 40 and list(table.frame["income"].cat.categories) == ["<=50K", ">50K"]
    assert table.frame["income"].value_counts().tolist() == [20, 20]
    rules = {change.rule: change.text for change in table.report}
    assert rules["joined"] == "2 files became one table: 20 rows and 20 rows."
    assert rules["full_stop"] == "Full stops behind the answers in `income` taken off: 20 cells."


def test_red_and_white_wines_become_one_table_with_their_colour(tables: Path, away: None) -> None:
    (tables / "winequality-red.csv").write_text(numbers(WINE, "quality", ";"))
    (tables / "winequality-white.csv").write_text(numbers(WINE, "quality", ";"))
    table = load_table("wine_quality", tables)
    assert table.frame["colour"].value_counts().to_dict() == {"red": 40, "white": 40} and table.target == "quality"
    assert "The column `colour` says from which file a row comes." in table.notes[-1]
    (tables / "winequality-white.csv").write_text("a,quality,alcohol,sulphates,ph\n1,2,3,4,5\n1,3,3,4,5\n")
    assert (
        "colour" not in load_table("wine_quality", tables).frame and len(load_table("wine_quality", tables).frame) == 40
    )


def test_files_that_are_something_else_are_passed_over(tables: Path, away: None) -> None:
    (tables / "titanic_cargo.csv").write_text("crate,weight\n1,2\n3,4\n")
    with pytest.raises(Unreadable, match=r"`titanic_cargo\.csv` lies there but does not hold this data set"):
        load_table("titanic", tables)
    (tables / "train.csv").write_text(numbers("season,temp,humidity,windspeed,count", "count"))
    assert load_table("bike_sharing", tables).target == "count"
    with pytest.raises(Unreadable, match=r"`train\.csv` lies there but"):
        load_table("titanic", tables)
    (tables / "titanic_x.csv").write_text("survived,pclass,sex,age\n0,3,male,2\n1,1,female,3\n")
    assert len(load_table("titanic", tables).frame) == 2


def test_images_of_the_one_kind_are_not_taken_for_the_other(tables: Path, away: None) -> None:
    (tables / "train-images.csv").write_text(digits(FIRST_FASHION))
    with pytest.raises(Unreadable, match=r"`train-images\.csv` lies there but does not hold this data set"):
        load_table("mnist", tables)
    assert len(load_table("fashion_mnist", tables).frame) == 30
    (tables / "mnist.csv").write_text(digits("1 2", columns=100))
    with pytest.raises(Unreadable, match=r"`mnist\.csv` lies there but"):
        load_table("mnist", tables)


def test_arrays_and_pickles_under_a_known_name_are_refused(tables: Path, away: None) -> None:
    with zipfile.ZipFile(tables / "mnist.npz", "w") as archive:
        archive.writestr("x_train.npy", b"\x93NUMPY")
    with pytest.raises(Unreadable, match=r"`mnist\.npz` lies there and cannot be read: .*archive of NumPy arrays"):
        load_table("mnist", tables)
    (tables / "titanic.csv").write_bytes(b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00}\x94.")
    with pytest.raises(Unreadable, match="pickle"):
        load_table("titanic", tables)


@pytest.mark.parametrize("entry", well_known.ENTRIES, ids=lambda entry: entry.name)
def test_without_a_file_and_without_a_network_there_is_one_sentence(entry: Dataset, tables: Path, away: None) -> None:
    assert entry.files is not None
    for folder in (tables, None):
        with pytest.raises(Unreadable) as raised:
            load_table(entry.name, folder)
        said = str(raised.value)
        assert said.startswith(f"{entry.title} is not in the data folder. ") and "could not be fetched." in said
        assert f"Or put {entry.files.example}, from {entry.files.page}, into the folder `tables`" in said
        assert len(said) < 600 and str(tables) not in said and "Error" not in said
    assert entry.introduction == f"{entry.about} Needs a file or the network once."
    assert entry.about.endswith(".") and all(reason and name == bare(name) for name, reason in entry.left_out.items())
    example = entry.files.example.split()[0].rstrip(",")
    (tables / example).write_text("")
    assert files_behind(entry.name, tables) == [tables / example], "the file that is asked for would not be found"


def test_the_note_on_boston_stands_where_the_table_is_introduced(tables: Path) -> None:
    entry = DATASETS["boston_housing"]
    assert "share of Black inhabitants" in entry.about and "scikit-learn dropped the table" in entry.about
    (tables / "boston.csv").write_text(numbers(BOSTON, "medv"))
    table = load_table("boston_housing", tables)
    assert table.about == entry.about
    assert make_problem(table, Roles("medv")).left_out["b"].startswith("it is computed from the share of Black")


def test_a_new_file_is_noticed(tables: Path) -> None:
    before = source_stamp("titanic", tables)
    assert before == source_stamp("iris", tables)
    (tables / "titanic.csv").write_text("survived,pclass,sex,age\n0,3,male,2\n1,1,female,3\n")
    named = source_stamp("titanic", tables)
    assert named != before and source_stamp("iris", tables) == before
    (tables / "Titanic_2.csv").write_text("x")
    assert source_stamp("titanic", tables) not in (before, named)


@RECORDED
def test_fetched_where_there_is_no_file(server: Server, tables: Path) -> None:
    table = load_table("titanic", tables)
    assert (table.name, table.target, table.title) == ("titanic", "survived", "Titanic")
    assert {column.name for column in table.columns if column.leave_out} >= {"boat", "body"}
    assert table.notes[0].startswith("From OpenML: `Titanic`, version 1, openml.org/d/40945.")
    (tables / "titanic.csv").write_text("survived,pclass,sex,age\n0,3,male,2\n1,1,female,3\n")
    assert len(load_table("titanic", tables).frame) == 2
    assert load_table("adult", tables).target == "class"


@RECORDED
def test_what_was_fetched_must_be_what_was_wanted(server: Server, tables: Path) -> None:
    for name in ("api-v1-jd-531.json.gz", "api-v1-jdf-531.json.gz", "api-v1-jdq-531.json.gz"):
        server.recordings[name] = server.recordings[name.replace("531", "61")]
    with pytest.raises(Unreadable, match="What was fetched as Boston housing has other columns than it should"):
        load_table("boston_housing", tables)


REAL: list[tuple[str, tuple[str, ...], int, Callable[[Table], bool]]] = [
    ("titanic", ("titanic_seaborn.csv",), 891, lambda table: table.frame["survived"].sum() == 342),
    ("titanic", ("titanic_1309_carData.csv",), 1309, lambda table: table.target == "survived"),
    ("adult", ("adult_train.csv",), 32561, lambda table: table.target == "class"),
    ("adult", ("adult_train.csv", "adult_test.csv"), 48842,
     lambda table: table.frame["class"].value_counts().to_dict() == {"<=50K": 37155, ">50K": 11687}),
    ("california_housing", ("california_housing.csv",), 20640, lambda table: table.target == "MedHouseVal"),
    ("california_housing", ("california_housing_text.csv",), 20640, lambda table: table.target == "median_house_value"),
    ("boston_housing", ("boston_housing.csv",), 506, lambda table: table.frame["medv"].mean() > 22),
    ("german_credit", ("german_credit.csv",), 1000, lambda table: table.frame["credit_risk"].sum() == 700),
    ("bike_sharing", ("bike_sharing_hourly.csv",), 17379, lambda table: table.frame["cnt"].sum() == 3292679),
]  # fmt: skip


@pytest.mark.skipif(not SHARED.exists(), reason="the folder with real tables is not beside this checkout")
@pytest.mark.parametrize(("name", "files", "many", "right"), REAL, ids=[f"{each[0]}-{each[1][-1]}" for each in REAL])
def test_real_files_are_found(name, files, many, right, tables: Path, away: None) -> None:
    for file in files:
        (tables / file).symlink_to(SHARED / "core" / file)
    table = load_table(name, tables)
    assert len(table.frame) == many and right(table)
    assert make_problem(table, Roles(table.target)).task is DATASETS[name].task


@pytest.mark.skipif(not SHARED.exists(), reason="the folder with real tables is not beside this checkout")
def test_german_credit_of_openml_in_its_own_file(tables: Path, away: None) -> None:
    (tables / "credit-g.arff").symlink_to(SHARED / "openml_cc18" / "credit-g.arff")
    table = load_table("german_credit", tables)
    assert table.target == "class" and len(table.frame) == 1000 and table.task == Task.CLASSIFICATION


@pytest.mark.skipif(not SHARED.exists(), reason="the folder with real tables is not beside this checkout")
def test_the_real_digits_are_found(tables: Path, away: None) -> None:
    for path in (SHARED / "images" / "mnist").glob("t10k*"):
        (tables / path.name).symlink_to(path)
    try:
        read_table(tables / "t10k-images-idx3-ubyte.gz")
    except Unreadable:
        pytest.skip("IDX files are not read here")
    table = load_table("mnist", tables)
    assert table.frame.shape == (10000, 785) and table.image_shape == (28, 28)
    assert make_problem(table, Roles(table.target)).image_shape == (28, 28)
