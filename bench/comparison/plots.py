"""Small multiples as SVG: how each figure grows, one line for each system."""

from xml.sax.saxutils import escape

from .table import number_text

WIDTH, HEIGHT = 300, 190          # of one chart
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 34, 26
COLUMNS = 3
COLOURS = ("#1864ab", "#e8590c", "#2b8a3e", "#862e9c")
STYLE = ("text{font:11px sans-serif;fill:#343a40}.title{font-weight:600}.axis{stroke:#868e96}"
         ".grid{stroke:#dee2e6}polyline{fill:none;stroke-width:2}")


def small_multiples(title, axis, positions, charts):
    """`positions`: the labels along the axis. `charts`: [(title, unit, {system: [value or None]})].
    Every chart starts at zero."""
    rows = -(-len(charts) // COLUMNS)
    width, height = COLUMNS * WIDTH, 50 + rows * HEIGHT
    systems = list(dict.fromkeys(name for _, _, lines in charts for name in lines))
    colours = dict(zip(systems, COLOURS))
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
             f'role="img"><title>{escape(title)}</title><style>{STYLE}</style>'
             f'<rect width="{width}" height="{height}" fill="#fff"/>',
             _text(12, 20, title, "title"), *_legend(systems, colours)]
    for index, (name, unit, lines) in enumerate(charts):
        left, top = index % COLUMNS * WIDTH, 50 + index // COLUMNS * HEIGHT
        parts += [f'<g transform="translate({left} {top})">',
                  *_chart(f"{name}, {unit}", axis, positions, lines, colours), "</g>"]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _text(x, y, text, css="", anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{css}" text-anchor="{anchor}">{escape(text)}</text>'


def _legend(systems, colours):
    parts = []
    for index, name in enumerate(systems):
        left = 12 + index * 130
        parts.append(f'<rect x="{left}" y="32" width="14" height="4" fill="{colours[name]}"/>')
        parts.append(_text(left + 20, 38, name))
    return parts


def _chart(title, axis, positions, lines, colours):
    highest = max((value for line in lines.values() for value in line if value is not None),
                  default=0) or 1
    inner_width, inner_height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    step = inner_width / max(len(positions) - 1, 1)

    def place(index, value):
        return LEFT + index * step, TOP + inner_height * (1 - value / highest)

    parts = [_text(LEFT, 16, title, "title")]
    for share in (0, 0.5, 1):
        _, y = place(0, highest * share)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" '
                     f'class="{"grid" if share else "axis"}"/>')
        parts.append(_text(LEFT - 6, y + 4, number_text(highest * share), anchor="end"))
    for index, label in enumerate(positions):
        anchor = ("start", "middle", "end")[(index > 0) + (index == len(positions) - 1)]
        text = f"{label} {axis}" if index == len(positions) - 1 else label
        parts.append(_text(place(index, 0)[0], HEIGHT - 8, text, anchor=anchor))
    for name, line in lines.items():
        points = [place(index, value) for index, value in enumerate(line) if value is not None]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" stroke="{colours[name]}"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colours[name]}"/>'
                  for x, y in points]
    return parts
