"""Bakeoff's core: train, judge and compare models, without any screen.

Takes tables, gives results as rows. Knows no Streamlit and no Plotly, so that it serves the dashboard, the command line
and a notebook alike. See the README's map for what lives where.
"""

__version__ = "0.1.0"
