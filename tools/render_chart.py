"""Renders the chart as `helm template` does, with Helm's library: ``render_chart.py CHART VALUES``.

For .deploy/bin/python, which has that library (tools/deploy.txt). VALUES is a JSON object. Prints
one object: `manifests`, by template, and `findings`, what `helm lint` says. Ends with 1, and a
sentence on stderr, where the values are refused.
"""

import json
import sys

import helm_python as helm


def main(path: str, values: str = "{}") -> int:
    """Render with the chart's own values, changed by ``values``."""
    changes = json.loads(values)
    try:
        with helm.Chart.load(path) as chart:
            chart.validate_schema(changes)
            manifests = chart.render(changes, name="shop", namespace="tickets")
    except helm.HelmError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps({"manifests": manifests, "findings": helm.lint(path)}))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
