"""The dashboard: draws what `core` has worked out, in the browser. Computes nothing that takes longer than a blink."""
