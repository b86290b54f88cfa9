/** What the tabs of the server say, in Spanish: fixed words exactly, sentences with figures by their form. */

const EXACT: Record<string, string> = {
  // headings
  Verdicts: "Veredictos",
  "What is believed, before and after the record": "Lo que se cree, antes y después de los datos",
  "What did it say of years it had not seen?": "¿Qué dijo de años que no había visto?",
  "Are known parameters found again?": "¿Se recuperan los parámetros conocidos?",
  "Events, and killings counted around them in their provinces": "Hechos, y homicidios contados alrededor de ellos en sus provincias",
  "All provinces of the measure together": "Todas las provincias de la medida juntas",
  "By night and by day": "De noche y de día",
  "What the verdict rests on": "En qué se apoya el veredicto",
  "Placebo dates and provinces": "Fechas y provincias placebo",
  "What else happened": "Qué más ocurrió",
  "Parameters of the model": "Parámetros del modelo",
  // what is fitted and forecast
  "the trade": "el comercio",
  "killings by province and month": "los homicidios por provincia y mes",
  "Homicides outside prisons by province and month": "Homicidios fuera de cárceles por provincia y mes",
  "homicides outside prisons by province and month": "los homicidios fuera de cárceles por provincia y mes",
  "Homicides outside prisons in the country by month": "Homicidios fuera de cárceles en el país por mes",
  "homicides outside prisons in the country by month": "los homicidios fuera de cárceles en el país por mes",
  "Seizures by jurisdiction and year": "Incautaciones por jurisdicción y año",
  "seizures by jurisdiction and year": "las incautaciones por jurisdicción y año",
  "Street prices by country and year": "Precios al por menor por país y año",
  "street prices by country and year": "los precios al por menor por país y año",
  "share of Andean output through the country, last year fitted": "parte de la producción andina que pasa por el país, último año ajustado",
  "tonnes delivered, change": "toneladas entregadas, cambio",
  "retail price in the first market, change": "precio al por menor en el primer mercado, cambio",
  "income of armed groups, change": "ingresos de los grupos armados, cambio",
  "what markets pay, change": "lo que pagan los mercados, cambio",
  "persons a month": "personas al mes",
  "t gross a year": "t brutas al año",
  "USD/g": "USD/g",
  // columns
  what: "qué",
  value: "valor",
  target: "meta",
  verdict: "veredicto",
  series: "serie",
  points: "puntos",
  "in 50 %": "en el 50 %",
  "in 90 %": "en el 90 %",
  parameter: "parámetro",
  numbers: "números",
  "median contraction": "contracción mediana",
  largest: "máxima",
  shift: "desplazamiento",
  "not identified": "no identificados",
  "months ahead": "meses vista",
  "lowest error": "menor error",
  "best peer": "mejor rival",
  "error relative to it": "error relativo a él",
  "within 50 %": "dentro del 50 %",
  "within 90 %": "dentro del 90 %",
  "how many": "cuántos",
  records: "registros",
  "evidence and form": "datos y forma",
  rows: "filas",
  median: "mediana",
  "5 %": "5 %",
  "95 %": "95 %",
  unit: "unidad",
  "before the record": "antes de los datos",
  after: "después",
  contraction: "contracción",
  kind: "clase",
  source: "fuente",
  id: "id",
  dates: "fechas",
  provinces: "provincias",
  "3 months before": "3 meses antes",
  "3 months from it": "3 meses desde él",
  forecaster: "pronosticador",
  origins: "orígenes",
  CRPS: "CRPS",
  "skill over the best peer": "ventaja sobre el mejor rival",
  "cells won": "casillas ganadas",
  "skill, log scale": "ventaja, escala log",
  "CRPS of the total": "CRPS del total",
  "log score": "puntuación log",
  note: "nota",
  symbol: "símbolo",
  "runs over": "recorre",
  meaning: "significado",
  claim: "afirmación",
  claimed: "lo afirmado",
  "model or counts (90 %)": "modelo o conteos (90 %)",
  "by hand": "a mano",
  P: "P",
  income: "ingreso",
  months: "meses",
  "USD m": "mill. de USD",
  "change, % (90 %)": "cambio, % (90 %)",
  "P(falls)": "P(baja)",
  quantity: "cantidad",
  published: "publicado",
  ours: "nuestro",
  tolerance: "tolerancia",
  evidence: "evidencia",
  window: "ventana",
  method: "método",
  counted: "contados",
  "expected without it (90 %)": "esperados sin ella (90 %)",
  "difference (90 %)": "diferencia (90 %)",
  "per cent (90 %)": "por ciento (90 %)",
  "probability of fewer": "probabilidad de menos",
  signal: "señal",
  given: "dada",
  placebo: "placebo",
  number: "número",
  "score of the event": "puntuación del hecho",
  p: "p",
  when: "cuándo",
  "provinces shared": "provincias en común",
  "a measure": "una medida",
  // verdicts and single cells
  met: "cumplida",
  missed: "no cumplida",
  "not judged": "sin juzgar",
  shown: "mostrado",
  supported: "respaldada",
  contradicted: "contradicha",
  undecidable: "indecidible",
  posterior: "posterior",
  "published figures": "cifras publicadas",
  counts: "conteos",
  yes: "sí",
  no: "no",
  "not to be had": "no disponible",
  all: "todas",
  "none named": "ninguna nombrada",
  "not fitted": "sin ajustar",
  judgement: "juicio",
  "whole record": "todos los datos",
  "additive kernel": "núcleo aditivo",
  "additive mark-ups": "márgenes aditivos",
  "multiplicative mark-ups": "márgenes multiplicativos",
  "without rows that rest on judgement": "sin filas que se apoyan en un juicio",
  "all parameters": "todos los parámetros",
  "contraction above 0.3": "contracción superior a 0,3",
  "what the truth says of the record": "lo que la verdad dice de los datos",
  "scales of walks and of errors": "las escalas de las sendas y de los errores",
  "largest R-hat": "mayor R-hat",
  "smallest bulk ESS": "menor ESS central",
  "smallest tail ESS": "menor ESS de colas",
  "covered by 50 % intervals": "cubiertos por intervalos del 50 %",
  "covered by 90 % intervals": "cubiertos por intervalos del 90 %",
  "covered by 50 % intervals, left out": "cubiertos por intervalos del 50 %, sin cada punto",
  "covered by 90 % intervals, left out": "cubiertos por intervalos del 90 %, sin cada punto",
  "trajectories taken": "trayectorias aceptadas",
  "members that did not arrive and began elsewhere": "miembros que no llegaron y empezaron en otro lugar",
  "mean gradient (standard errors)": "gradiente medio (errores estándar)",
  "single numbers that have not settled": "números sueltos que no se han asentado",
  "left out, in 50 %": "sin el punto, en el 50 %",
  "left out, in 90 %": "sin el punto, en el 90 %",
  fall: "descenso",
  rise: "aumento",
  "Strong evidence": "Evidencia fuerte",
  "Moderate evidence": "Evidencia moderada",
  "Weak evidence": "Evidencia débil",
  "No evidence": "Ninguna evidencia",
  // fixed sentences
  "R-hat compares independent runs of the fit (1 is perfect agreement), the effective sample size (ESS) says how many independent draws they are worth. Both tell whether there are enough draws, not whether the model is right.":
    "R-hat compara ajustes independientes (1 es acuerdo perfecto); el tamaño efectivo de muestra (ESS) dice cuántas muestras independientes valen. Ambos dicen si hay muestras suficientes, no si el modelo es correcto.",
  "Points that were fitted, so this is no forecast: it says whether the errors are of the right size.":
    "Son puntos ajustados, así que no es un pronóstico: dice si los errores tienen el tamaño debido.",
  "The error (CRPS) is relative to the best peer's: below one, the simulator is better. The whole table stands with the evaluation.":
    "El error (CRPS) es relativo al del mejor rival: por debajo de uno, el simulador es mejor. La tabla entera está en la evaluación.",
  "Truths drawn from the prior, records invented from them with the errors they say, each fitted as the real one is.":
    "Verdades sacadas de la creencia previa, registros inventados a partir de ellas con los errores que dicen, cada uno ajustado como el real.",
  "Median and 90 % interval of every parameter that is no walk over months or years; of one that runs over places, over all of them. Contraction is here one minus the variance after over the variance before, in the parameter's own unit.":
    "Mediana e intervalo del 90 % de cada parámetro que no varía por meses o años; si recorre lugares, sobre todos ellos. La contracción es aquí uno menos la varianza de después entre la de antes, en la unidad del parámetro.",
  "The case has no posterior for its tables as they are: all draws come from the priors.":
    "El caso no tiene posterior para sus tablas tal como están: todas las muestras vienen de creencias previas.",
  "The record says something about every parameter.": "Los datos dicen algo de cada parámetro.",
  "Where the record teaches something, intervals hold known truths as often as they say.":
    "Donde los datos enseñan algo, los intervalos contienen las verdades conocidas tan a menudo como dicen.",
  "Counts before and after an event are no effect: the trend, the season and everything else that happened are in them. The command fits the killings up to the eve, forecasts the world without the event, sets what happened beside it, and tests dates and provinces where nothing happened.":
    "Los conteos antes y después de un hecho no son un efecto: llevan dentro la tendencia, la estación y todo lo demás que ocurrió. La orden ajusta los homicidios hasta la víspera, pronostica el mundo sin el hecho, pone al lado lo que pasó, y prueba fechas y provincias donde nada ocurrió.",
  "For one event: contraflow evaluate ID writes evaluation.html.": "Para un hecho: contraflow evaluate ID escribe evaluation.html.",
  "Share of placebos, and the event, at least as far from zero.": "Proporción de placebos, con el hecho, al menos igual de lejos de cero.",
  "Contradicted: published figures exclude it, or its probability is below 0.05. Supported: published figures leave no room for it to be wrong, or its probability is above 0.8 and the figures allow it. Else undecidable with this evidence. Probabilities from priors alone decide nothing.":
    "Contradicha: las cifras publicadas la excluyen, o su probabilidad es menor que 0,05. Respaldada: las cifras publicadas no dejan lugar a que sea falsa, o su probabilidad supera 0,8 y las cifras la permiten. Si no, indecidible con esta evidencia. Las probabilidades de creencias previas solas no deciden nada.",
  "In brackets: not published (run: an earlier run of the same equations; derived: arithmetic; recall: from memory, never judged).":
    "Entre corchetes: no publicado (run: un cálculo anterior con las mismas ecuaciones; derived: aritmética; recall: de memoria, nunca juzgado).",
  "The model moves tonnes of pure cocaine from producing zones over a network of provinces, ports and sea lanes to markets, month by month. Prices build up along each edge from freight, tolls, pay for risk and replaced losses; traffic leans towards the cheaper ways with a finite elasticity; enforcement in each theatre sets the share lost, and traders learn it. Armed groups live on tolls, illegal mining and extortion, contest them, and killings follow from the contest. Mass and money close at every node and month.":
    "El modelo mueve toneladas de cocaína pura, mes a mes, desde las zonas de producción por una red de provincias, puertos y rutas marítimas hasta los mercados. Los precios se forman en cada tramo con flete, peajes, pago del riesgo y pérdidas repuestas; el tráfico se inclina hacia lo más barato con elasticidad finita; la aplicación de la ley en cada teatro fija la parte perdida, y los traficantes la aprenden. Los grupos armados viven de peajes, minería ilegal y extorsión, los disputan, y los homicidios siguen de la disputa. Masa y dinero cuadran en cada nodo y mes.",
  "Scenario and baseline use the same draws of every uncertain number, so that a difference is the policy and nothing else. Intervals are quantiles over draws: 50 % from the 25th to the 75th percentile, 90 % from the 5th to the 95th. Medians of parts need not add up to the median of the whole.":
    "Escenario y referencia usan las mismas muestras de cada número incierto, de modo que una diferencia es la política y nada más. Los intervalos son cuantiles sobre las muestras: 50 % del percentil 25 al 75, 90 % del 5 al 95. Las medianas de las partes no tienen por qué sumar la del todo.",
  "Months are the shortest time, provinces the smallest place. One commodity; other drugs, fuel, arms and migration are not in it. Groups have members, rents, rivals and splits, but no strategy.":
    "El mes es el tiempo más corto, la provincia el lugar más pequeño. Una sola mercancía; otras drogas, combustible, armas y migración no están. Los grupos tienen miembros, rentas, rivales y divisiones, pero no estrategia.",
  "Boat strikes kill. The model counts what they destroy and how routes answer; it does not count the people killed in them, and it says nothing on whether they are lawful.":
    "Los ataques a lanchas matan. El modelo cuenta lo que destruyen y cómo responden las rutas; no cuenta a las personas muertas en ellos, y nada dice de si son lícitos.",
};

/** Sentences with figures: their form, and how it is said; $1 and on are said in Spanish where there are words for them. */
const FORMS: [RegExp, string][] = [
  [/^Did the fit of (.+) settle\?$/, "¿Se asentó el ajuste de $1?"],
  [/^Does it cover what was seen of (.+)\?$/, "¿Cubre lo que se vio de $1?"],
  [/^What did the record teach about (.+)\?$/, "¿Qué enseñaron los datos sobre $1?"],
  [/^Under other readings of the evidence: (.+) \((.+)\)$/, "Con otras lecturas de los datos: $1 ($2)"],
  [/^Backtest: (.+), (\d+) months ahead$/, "Prueba retrospectiva: $1, a $2 meses"],
  [/^Do gains fall\? (.+) beside (.+)$/, "¿Bajan las ganancias? $1 junto a $2"],
  [/^Fit of (.+): all (\d+) targets are met\.$/, "Ajuste de $1: se cumplen las $2 metas."],
  [/^Fit of (.+): missed: (.+)\.$/, "Ajuste de $1: sin cumplir: $2."],
  [/^Of ([\d,]+) fitted points of (.+), (\d+) % lie in their 50 % interval and (\d+) % in their 90 % interval\.$/, "De $1 puntos ajustados de $2, el $3 % está en su intervalo del 50 % y el $4 % en el del 90 %."],
  [/^Of ([\d,]+) points of (.+), each judged by what the fit says without it, (\d+) % lie in their 50 % interval and (\d+) % in their 90 % interval\.$/, "De $1 puntos de $2, juzgado cada uno por lo que el ajuste dice sin él, el $3 % está en su intervalo del 50 % y el $4 % en el del 90 %."],
  [/^Judged by the fit that has seen them it is (\d+) % and (\d+) %: what was fitted lies closer than what is new, however right the fit\.$/, "Juzgados por el ajuste que los ha visto son el $1 % y el $2 %: lo ajustado queda más cerca que lo nuevo, por bueno que sea el ajuste."],
  [/^Left out is not fitted again: draws are weighted, and for (\d+) % of the points the weights rest on few draws\.$/, "Sin el punto no se ajusta de nuevo: se ponderan las muestras, y en el $1 % de los puntos los pesos descansan en pocas."],
  [/^Not identified, so that what comes out is what was believed before: (.+)\.$/, "No identificados, de modo que sale lo que se creía antes: $1."],
  [/^Perhaps not where more steps of the fit would take them, so that less is known than intervals say: (.+)\.$/, "Quizá no donde los llevarían más pasos del ajuste, de modo que se sabe menos de lo que dicen los intervalos: $1."],
  [/^Moved, and no narrower than before: (.+)\.$/, "Desplazados, y no más estrechos que antes: $1."],
  [/^In all, ([\d,]+) of ([\d,]+) numbers behind (.+) are not identified, deviations of single links, places and years included\.$/, "En total, $1 de $2 números detrás de $3 no están identificados, contando las desviaciones de tramos, lugares y años sueltos."],
  [/^Contraction is one minus the posterior's variance over the prior's, on the scale on which the prior is standard normal\. Below ([\d.]+) a number counts as not identified\. Shift is how far the mean has moved, in standard deviations of the prior, for the number that moved most; beyond ([\d.]+) it counts as moved\.$/, "La contracción es uno menos la varianza posterior entre la previa, en la escala en que la previa es normal estándar. Por debajo de $1 un número cuenta como no identificado. El desplazamiento es cuánto se ha movido la media, en desviaciones típicas de la previa, en el número que más se movió; más allá de $2 cuenta como desplazado."],
  [/^On years it had not seen: a year ahead it beats the best plain forecast of (.+), it loses to it for (.+)\.$/, "En años que no había visto: a un año vista supera al mejor pronóstico sencillo de $1; pierde ante él en $2."],
  [/^Where the record teaches something, 90 % intervals of the trade held a known truth in (\d+) % of cases: they are too narrow, and should be read as (\d+) % intervals\.$/, "Donde los datos enseñan algo, los intervalos del 90 % del comercio contuvieron una verdad conocida en el $1 % de los casos: son demasiado estrechos y deben leerse como intervalos del $2 %."],
  [/^Where the record teaches something, intervals hold known truths as often as they say, but are too narrow for (.+) \((\d+) % in 90 %\)\.$/, "Donde los datos enseñan algo, los intervalos contienen verdades conocidas tan a menudo como dicen, pero son demasiado estrechos para $1 ($2 % en el 90 %)."],
  [/^(.+): the median lies between (\S+) % \((.+?)\) and (\S+) % \((.+?)\); the shipped fit says (\S+) % \(90 %: (\S+) to (\S+)\)\.$/, "$1: la mediana está entre $2 % ($3) y $4 % ($5); el ajuste incluido dice $6 % (90 %: de $7 a $8)."],
  [/^Of (\d+) claims?, (\d+) (?:is|are) supported, (\d+) contradicted, and (\d+) cannot be decided with this evidence\. The model's draws come from the posterior: beliefs after the fit to the record\.$/, "De $1 afirmaciones, $2 están respaldadas, $3 contradichas y $4 no pueden decidirse con esta evidencia. Las muestras del modelo vienen de la posterior: creencias tras el ajuste a los datos."],
  [/^(supported|contradicted) \((.+)\)$/, "$1 ($2)"],
  [/^(.+ evidence) of a (fall|rise) in killings$/, "$1 de un $2 de los homicidios"],
  [/^(\d+) met, (\d+) missed, (\d+) shown\.?$/, "$1 cumplidos, $2 no cumplidos, $3 mostrados"],
  [/^(\d+) met, (\d+) missed\.?$/, "$1 cumplidos, $2 no cumplidos"],
  [/^(\d+) met, (\d+) shown\.?$/, "$1 cumplidos, $2 mostrados"],
  [/^(\d+) met\.?$/, "$1 cumplidos"],
  [/^without (\S+)$/, "sin $1"],
  [/^above (\d+)$/, "más de $1"],
  [/^below ([\d.]+)$/, "menos de $1"],
  [/^(\d+) to (\d+) %$/, "de $1 a $2 %"],
  [/^What would decide it: (.+)$/, "Qué la decidiría: $1"],
  [/^CRPS in (.+?), (\d+) origins?: (\S+) has the lowest CRPS, (\S+) .+?(?:; the best peer is (\S+))?\. The simulator's CRPS is (\d+) % (below|above) the best peer's \(90 % interval of the skill (\S+) to (\S+) %\); its 90 % intervals held (\d+) % of the record\.$/, "CRPS en $1, $2 orígenes: $3 tiene el CRPS más bajo, $4. El del simulador está $6 % por $7 del mejor rival (intervalo del 90 % de la ventaja: de $8 a $9 %); sus intervalos del 90 % contuvieron el $10 % de lo registrado."],
];
const PARTS: Record<string, string> = { below: "debajo", above: "encima" };

export interface Said {
  text: string;
  lang?: "en";
}

/** Names of the case's parameters in lower case, as they are said in Spanish. */
type Names = Record<string, string | undefined>;

function spanish(text: string, names: Names): string | undefined {
  const exact = EXACT[text];
  if (exact !== undefined) return exact;
  const parameter = /^(.+) (\(\w+\))$/.exec(text);
  const named = parameter && names[parameter[1]!.toLowerCase()];
  if (named) return `${named} ${parameter[2]!}`;
  for (const [form, into] of FORMS) {
    const found = form.exec(text);
    if (found) return into.replace(/\$(\d+)/g, (_, index: string) => piece(found[Number(index)] ?? "", names)).replaceAll(" de el ", " del ");
  }
  return undefined;
}

/** A part of a sentence: words, a list of words, or figures. */
function piece(text: string, names: Names): string {
  if (!/[a-z]/i.test(text)) return figures(text);
  const small = EXACT[text.charAt(0).toLowerCase() + text.slice(1)];
  const whole = PARTS[text] ?? EXACT[text] ?? names[text]?.toLowerCase() ?? (small && small.charAt(0).toUpperCase() + small.slice(1)) ?? spanish(text, names);
  if (whole !== undefined) return whole;
  const mark = ["; ", ", "].find((one) => text.includes(one));
  return mark ? text.split(mark).map((one) => piece(one, names)).join(mark) : text;
}

/** Figures as Spanish writes them: 1.234,5. */
function figures(text: string): string {
  return text.replace(/\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+/g, (one) => one.replace(/[.,]/g, (mark) => (mark === "." ? "," : "."))).replaceAll(" to ", " a ");
}

/** What the server says, in a language; English, and marked so, where there are no words for it. Bare figures have no language. */
export function tabWords(text: string, language: "en" | "es", names: Names = {}): Said {
  if (language === "en") return { text };
  if (!/[a-z]/i.test(text.replaceAll(" to ", ""))) return { text: figures(text) };
  const found = spanish(text, names);
  return found === undefined ? { text, lang: "en" } : { text: found };
}
