#include <mqrig/load/html_assets.hpp>

namespace mqrig::load {

std::string_view style_sheet() noexcept {
  return R"(
:root{--bg:#f4f6f9;--card:#fff;--edge:#dfe4ec;--text:#172033;--dim:#566176;--grid:#e6eaf1;
--shade:#e9edf4;--c1:#2458d3;--c2:#0b7a6f;--c3:#b4520a;--c4:#7a3fc4;--c5:#a8326d;--c6:#52700b;
--quiet:#7a8599;--good:#0f7a3d;--bad:#c2213a;--warn:#8a5a00;--good-bg:#e3f5ea;--bad-bg:#fdecee;
--warn-bg:#fdf3dc;--plain-bg:#e8eefc}
@media (prefers-color-scheme:dark){:root{--bg:#0d121b;--card:#151c28;--edge:#28334a;--text:#e7ecf5;
--dim:#9ba8bf;--grid:#222c3f;--shade:#1d2637;--c1:#78a9ff;--c2:#4fd1bd;--c3:#ffab66;--c4:#c19bff;
--c5:#ff8fc3;--c6:#b5d05a;--quiet:#7f8ca6;--good:#5fd58d;--bad:#ff8292;--warn:#f3c052;
--good-bg:#12301f;--bad-bg:#3a1820;--warn-bg:#33280f;--plain-bg:#18264a}}
*{box-sizing:border-box}
html{color-scheme:light dark;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--text);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
main{max-width:1160px;margin:0 auto;padding:28px 20px 8px}
footer{max-width:1160px;margin:0 auto;padding:0 20px 28px;color:var(--dim);font-size:13px}
h1{margin:0;font-size:30px;line-height:1.2;letter-spacing:-.02em;overflow-wrap:anywhere}
h2{margin:0;font-size:17px;line-height:1.3;letter-spacing:-.01em}
p{margin:0}
.brand{color:var(--c1);font-weight:650;font-size:13px;letter-spacing:.06em;text-transform:uppercase}
.against{color:var(--dim);font-weight:400;font-size:20px;letter-spacing:0}
.note,figcaption p{color:var(--dim);font-size:13px;margin-top:2px}
.verdict{margin:14px 0 0;padding:10px 16px;border-radius:10px;border:1px solid;font-size:16px;
overflow-wrap:anywhere}
.verdict strong{letter-spacing:.04em;margin-right:8px}
.verdict.good{background:var(--good-bg);color:var(--good)}
.verdict.bad{background:var(--bad-bg);color:var(--bad)}
.verdict.warn{background:var(--warn-bg);color:var(--warn)}
.verdict.plain{background:var(--plain-bg);color:var(--c1)}
dl{margin:0}
dd{margin:0}
dt{color:var(--dim)}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(250px,1fr));gap:6px 28px;
margin:16px 0 4px;font-size:13px}
.facts dd{overflow-wrap:anywhere}
.card{background:var(--card);border:1px solid var(--edge);border-radius:12px;padding:18px 20px;
margin:16px 0 0;min-width:0}
.tiles{display:grid;grid-template-columns:repeat(var(--columns),1fr);gap:12px;margin-top:16px}
.tile{margin:0;padding:12px 16px 14px;min-width:0}
.tile dt{font-size:13px}
.tile dd{font-size:25px;font-weight:650;letter-spacing:-.02em;line-height:1.25;
font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.tile small{display:block;color:var(--dim);font-size:12px;font-weight:400;letter-spacing:0}
.tile.bad{border-color:var(--bad)}
.tile.bad dd{color:var(--bad)}
.notes{list-style:none;margin:16px 0 0;padding:0}
.notes li{padding:9px 16px;border-radius:10px;margin-top:8px;overflow-wrap:anywhere}
.notes strong{margin-right:6px}
.notes .warn{background:var(--warn-bg)}
.notes .warn strong{color:var(--warn)}
.notes .bad{background:var(--bad-bg)}
.notes .bad strong{color:var(--bad)}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(430px,100%),1fr));gap:0 16px;
align-items:start}
.pair .card{height:calc(100% - 16px)}
.scroll{overflow-x:auto;margin-top:10px}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th,td{padding:6px 0 6px 18px;text-align:right;white-space:nowrap;vertical-align:top;
border-top:1px solid var(--grid)}
thead th{border-top:0;color:var(--dim);font-weight:500;font-size:13px}
th:first-child,td:first-child{text-align:left;padding-left:0}
tbody th{font-weight:500}
tbody th small{display:block;color:var(--dim);font-weight:400;font-size:12px}
#errors th,#objectives th,#search td:last-child{white-space:normal;overflow-wrap:anywhere}
td.good{color:var(--good)}
td.bad{color:var(--bad);font-weight:600}
td.none{color:var(--dim)}
td.words{color:var(--dim);text-align:left}
section dl{margin-top:10px;font-size:14px}
section dl div{display:flex;justify-content:space-between;gap:18px;padding:6px 0;
border-top:1px solid var(--grid)}
section dl div:first-child{border-top:0}
section dd{text-align:right;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
summary{cursor:pointer}
summary h2{display:inline}
.more{margin-top:16px}
.more>summary{padding:0 4px}
pre{margin:10px 0 0;padding:14px 16px;background:var(--bg);border-radius:8px;overflow-x:auto;
font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
:focus-visible{outline:2px solid var(--c1);outline-offset:2px}
.key{display:flex;flex-wrap:wrap;gap:2px 16px;list-style:none;margin:8px 0 0;padding:0;
font-size:13px;color:var(--dim)}
.key li::before{content:"";display:inline-block;width:14px;height:3px;border-radius:2px;
margin-right:6px;vertical-align:middle;background:var(--s)}
.key .shade::before{height:12px;background:var(--shade);border:1px solid var(--edge)}
.plot{position:relative;margin:12px 0 26px 58px;height:240px;border-radius:2px;
touch-action:pan-y}
.plot svg{display:block;width:100%;height:100%;overflow:visible}
.plot path{fill:none;stroke:var(--s);vector-effect:non-scaling-stroke}
.plot .grid{stroke:var(--grid);stroke-width:1}
.plot .shade{fill:var(--shade)}
.plot .line{stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.plot .line.wide{stroke-width:4;stroke-opacity:.75}
.plot .line.c3{stroke-width:1.5}
.plot .line.quiet{stroke-width:1.5;stroke-dasharray:2 5}
.plot .area{fill:var(--s);stroke:none;opacity:.13}
.plot .bars{fill:var(--s);stroke:var(--card);stroke-width:1}
.plot .dots{stroke-width:9;stroke-linecap:round}
.plot .ticks{stroke-width:3}
.plot .rule{stroke:var(--bad);stroke-width:1.5;stroke-dasharray:7 4}
.y span,.x span,.rule-text{position:absolute;font-size:12px;line-height:1;color:var(--dim);
white-space:nowrap;font-variant-numeric:tabular-nums}
.y span{right:calc(100% + 8px);transform:translateY(50%)}
.x span{top:calc(100% + 8px);transform:translateX(-50%)}
.rule-text{right:4px;color:var(--bad);transform:translateY(-4px);padding:1px 3px;border-radius:3px;
background:var(--card);max-width:60%;overflow:hidden;text-overflow:ellipsis}
.c1{--s:var(--c1)}
.c2{--s:var(--c2)}
.c3{--s:var(--c3)}
.c4{--s:var(--c4)}
.c5{--s:var(--c5)}
.c6{--s:var(--c6)}
.quiet{--s:var(--quiet)}
.chart .good{--s:var(--good)}
.chart .bad{--s:var(--bad)}
.cursor{position:absolute;top:0;bottom:0;width:1px;background:var(--dim);pointer-events:none}
.tip{position:absolute;top:6px;z-index:1;pointer-events:none;background:var(--card);
color:var(--text);border:1px solid var(--edge);border-radius:8px;padding:7px 10px;font-size:12px;
line-height:1.5;box-shadow:0 4px 16px rgb(0 0 0/.18);font-variant-numeric:tabular-nums;
max-width:260px}
.tip b{display:block;font-weight:600;white-space:nowrap}
.tip span{display:flex;justify-content:space-between;gap:14px}
.tip i{font-style:normal;color:var(--dim)}
.tip i::before{content:"";display:inline-block;width:8px;height:8px;border-radius:4px;
margin-right:6px;background:var(--s)}
.data{font-size:13px;color:var(--dim)}
.data .scroll{max-height:300px;overflow:auto}
.data table{font-size:13px;color:var(--text)}
.data td,.data th{padding-top:3px;padding-bottom:3px}
.data thead th{position:sticky;top:0;background:var(--card)}
@media (max-width:600px){main{padding:18px 12px 4px}.card{padding:14px}h1{font-size:24px}
.against{font-size:16px}.tiles{grid-template-columns:1fr 1fr;gap:8px}
.tile{padding:10px 12px}
.tile dd{font-size:20px}.spare{display:none}.plot{height:200px;margin-left:52px}
th,td{padding-left:14px}}
@media print{body{background:#fff}.card{break-inside:avoid}.data{display:none}}
)";
}

std::string_view script() noexcept {
  return R"('use strict';
for (const figure of document.querySelectorAll('.chart')) {
  const plot = figure.querySelector('.plot');
  const rows = Array.from(figure.querySelectorAll('.data tbody tr'));
  const heads = Array.from(figure.querySelectorAll('.data thead th')).slice(1);
  const places = rows.map(row => Number(row.dataset.x) / 1000);
  const cursor = document.createElement('div');
  const tip = document.createElement('div');
  let shown = -1;
  cursor.className = 'cursor';
  tip.className = 'tip';
  tip.setAttribute('role', 'status');
  cursor.hidden = tip.hidden = true;
  plot.append(cursor, tip);
  const add = (parent, name, text) => {
    const element = document.createElement(name);
    element.textContent = text;
    parent.append(element);
    return element;
  };
  const show = index => {
    const cells = rows[index].children;
    shown = index;
    tip.replaceChildren();
    add(tip, 'b', cells[0].textContent);
    heads.forEach((head, i) => {
      const line = add(tip, 'span', '');
      add(line, 'i', head.textContent).className = head.className;
      add(line, 'span', cells[i + 1].textContent);
    });
    cursor.hidden = tip.hidden = false;
    cursor.style.left = places[index] * 100 + '%';
    const x = places[index] * plot.clientWidth;
    const left = x > plot.clientWidth / 2 ? x - tip.offsetWidth - 12 : x + 12;
    tip.style.left = Math.max(-50, left) + 'px';
  };
  const hide = () => {
    cursor.hidden = tip.hidden = true;
    shown = -1;
  };
  const follow = event => {
    const box = plot.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width;
    let best = 0;
    places.forEach((place, i) => {
      if (Math.abs(places[best] - x) > Math.abs(place - x)) best = i;
    });
    if (best !== shown) show(best);
  };
  if (rows.length === 0) continue;
  plot.addEventListener('pointermove', follow);
  plot.addEventListener('pointerdown', follow);
  plot.addEventListener('pointerleave', hide);
  plot.addEventListener('blur', hide);
  plot.addEventListener('keydown', event => {
    const last = rows.length - 1;
    const to = {
      ArrowRight: shown === last ? last : shown + 1,
      ArrowLeft: shown > 0 ? shown - 1 : 0,
      Home: 0,
      End: last
    };
    if (event.key === 'Escape') hide();
    if (!(event.key in to)) return;
    event.preventDefault();
    show(to[event.key]);
  });
}
)";
}

std::string_view script_hash() noexcept {
  return "JxTHJZ40DiVHrR4LNVUA4WprNfFHP9IvLnsnlueRAm0=";
}

}  // namespace mqrig::load
