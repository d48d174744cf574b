"""The look of the report: the product's colours, light or dark as the reader has it, black on white on paper."""

from __future__ import annotations

__all__ = ["STYLE"]

STYLE = """
:root{--ink:#1d252d;--soft:#5c6670;--ground:#fff;--line:#dfe3e8;--blue:#4477aa;--grey:#8a8f98;--alarm:#cc3311;--estimated:#aa3377;
--assisted:#332288;--ok:#228833;--warn:#b36b00}
@media(prefers-color-scheme:dark){:root{--ink:#e4e9ee;--soft:#9aa4ae;--ground:#14181c;--line:#2b3239;--blue:#6699cc;--alarm:#ff7a5c;
--estimated:#d77fb0;--assisted:#88ccee;--ok:#5cc06c;--warn:#e0a030}}
@media print{:root{--ink:#000;--soft:#444;--ground:#fff;--line:#ccc;--blue:#4477aa;--alarm:#cc3311;--estimated:#aa3377;--assisted:#332288}
section{break-inside:avoid-page}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1040px;padding:32px 24px;background:var(--ground);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
h1{font-size:28px;margin:0}h2{font-size:19px;margin:40px 0 4px}h3{font-size:15px;margin:20px 0 4px}
p{margin:4px 0 12px}.soft,small{color:var(--soft)}.status{font-weight:600}
.ok{color:var(--ok)}.warning{color:var(--warn)}.critical{color:var(--alarm)}.unknown{color:var(--soft)}
svg{width:100%;height:auto;display:block}
svg text{font-size:12px;fill:var(--soft)}
.line{fill:none;stroke-width:2}.band{stroke:none;opacity:.16}.grid{stroke:var(--line);stroke-width:1}
.limit{stroke:var(--grey);stroke-width:1;stroke-dasharray:4 3}
.line.realized{stroke:var(--blue)}.band.realized,.name.realized,text.realized{fill:var(--blue)}
.line.assisted{stroke:var(--assisted)}.band.assisted,text.assisted{fill:var(--assisted)}
.line.estimated{stroke:var(--estimated);stroke-dasharray:2 3}.band.estimated,text.estimated{fill:var(--estimated)}
.line.limits{stroke:var(--grey);stroke-width:1;stroke-dasharray:4 3}
.alarm{fill:var(--alarm)}.reference{fill:var(--grey);opacity:.5}.current{fill:var(--blue);opacity:.75}
rect[class^=h]{fill:var(--blue)}.h-1{opacity:.03}.h0{opacity:.05}.h1{opacity:.1}.h2{opacity:.16}.h3{opacity:.24}.h4{opacity:.34}.h5{opacity:.46}
.h6{opacity:.58}.h7{opacity:.7}.h8{opacity:.84}.h9{opacity:1}
.fails rect[class^=h]{fill:var(--alarm)}
table{border-collapse:collapse;width:100%;font-size:13px;margin:8px 0}
th{text-align:left;color:var(--soft);font-weight:500}th,td{padding:4px 10px 4px 0;border-bottom:1px solid var(--line);vertical-align:top}
.wide{overflow-x:auto}td:first-child{white-space:nowrap}
td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.pair{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:16px 24px}
"""
