"""Charts of tables and their maps, of invented rows, of a network’s layers: an entry each."""

from __future__ import annotations

from .architecture import architecture
from .columns import class_balance, histogram
from .entry import BOTH, CLASSES, Chart
from .images import image_examples
from .invented import clouds, taught
from .maps import pca_loadings, projection
from .pairs import by_class, density, periods, scatter, shares
from .rankings import associations, correlations, gaps, group_differences, views

ENTRIES = (
    Chart(
        "projection",
        "Map of the rows",
        projection,
        frozenset({"projection"}),
        BOTH,
        "Rows that are alike lie close together; each point is one row.",
    ),
    Chart(
        "pca_loadings",
        "Which columns push where",
        pca_loadings,
        frozenset({"projection"}),
        BOTH,
        "A large value in a column with a long bar to the right moves a row right, or up, on the map.",
    ),
    Chart(
        "class_balance",
        "Rows per class",
        class_balance,
        frozenset({"table"}),
        CLASSES,
        "A class with few rows is hard to learn, and easy to overlook in the accuracy.",
    ),
    Chart(
        "histogram",
        "How often each value occurs",
        histogram,
        frozenset({"table"}),
        BOTH,
        "The longer the bar, the more rows have this value.",
    ),
    Chart(
        "image_examples",
        "Examples",
        image_examples,
        frozenset({"table"}),
        BOTH,
        "Each picture is a row of the table; the brighter a point, the larger the number in its column.",
    ),
    Chart(
        "associations",
        "What has to do with the target",
        associations,
        frozenset({"table"}),
        BOTH,
        "The longer the bar, the more the column tells of the target by itself. Click a bar to look at it.",
    ),
    Chart(
        "by_class",
        "A number in each class",
        by_class,
        frozenset({"table"}),
        BOTH,
        "Where the hills of two classes lie apart, the column tells them apart; the dotted line is the middle value.",
    ),
    Chart(
        "shares",
        "Classes within each value",
        shares,
        frozenset({"table"}),
        BOTH,
        "Where the colours change from bar to bar, the column tells something.",
    ),
    Chart(
        "density",
        "Two numbers, counted",
        density,
        frozenset({"table"}),
        BOTH,
        "The stronger the colour of a square, the more rows lie there; the line goes through the middle.",
    ),
    Chart(
        "periods",
        "A number over time",
        periods,
        frozenset({"table"}),
        BOTH,
        "A line that climbs or falls is a trend; rows of different times are then not alike.",
    ),
    Chart(
        "points",
        "Rows as points",
        scatter,
        frozenset({"table"}),
        BOTH,
        "Each point is one row. Draw a frame around points to see their rows below.",
    ),
    Chart(
        "correlations",
        "Which columns go together",
        correlations,
        frozenset({"table"}),
        BOTH,
        "The stronger the colour, the stronger the tie: 0 is nothing in common, 1 means that one decides the other.",
    ),
    Chart(
        "gaps",
        "What is missing together",
        gaps,
        frozenset({"table"}),
        BOTH,
        "Each line is a kind of row; filled squares in one line are empty in the same rows.",
    ),
    Chart(
        "views",
        "Pairs that show it best",
        views,
        frozenset({"table"}),
        BOTH,
        "The longer the bar, the better neighbours in that picture share the target. Click a bar to draw it.",
    ),
    Chart(
        "group_differences",
        "Where two groups differ",
        group_differences,
        frozenset({"table"}),
        BOTH,
        "The longer the bar, the further apart the groups are in that column. Click a bar to look at it.",
    ),
    Chart(
        "taught",
        "Trained on real, trained on invented",
        taught,
        frozenset({"invented"}),
        BOTH,
        "The closer both marks of a model, the more its invented rows are worth; the dotted line is guessing.",
    ),
    Chart(
        "clouds",
        "Real and invented rows",
        clouds,
        frozenset({"invented"}),
        BOTH,
        "Good invented rows lie where real ones do: neither elsewhere, nor all on the same few spots.",
    ),
    Chart(
        "architecture",
        "Layers",
        architecture,
        frozenset({"layers"}),
        BOTH,
        "Each layer passes on what it makes of the one before; the stronger its colour, the more it learns.",
    ),
)
