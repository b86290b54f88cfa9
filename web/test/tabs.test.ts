import { describe, expect, it } from "vitest";
import { tabWords } from "../src/page/words/tabs";

const es = (text: string): string => tabWords(text, "es").text;

describe("words of the tabs", () => {
  it("are left alone in English", () => {
    expect(tabWords("Verdicts", "en")).toEqual({ text: "Verdicts" });
  });
  it("are said in Spanish, sentences with their figures", () => {
    expect(es("Verdicts")).toBe("Veredictos");
    expect(es("supported (published figures)")).toBe("respaldada (cifras publicadas)");
    expect(es("No evidence of a fall in killings")).toBe("Ninguna evidencia de un descenso de los homicidios");
    expect(es("Of 3,432 fitted points of killings by province and month, 56 % lie in their 50 % interval and 93 % in their 90 % interval.")).toBe(
      "De 3.432 puntos ajustados de los homicidios por provincia y mes, el 56 % está en su intervalo del 50 % y el 93 % en el del 90 %.",
    );
    expect(es("Tonnes delivered, change: the median lies between −2.5 % (multiplicative mark-ups) and −0.5 % (additive mark-ups); the shipped fit says −2 % (90 %: −5 to −0.54).")).toBe(
      "Toneladas entregadas, cambio: la mediana está entre −2,5 % (márgenes multiplicativos) y −0,5 % (márgenes aditivos); el ajuste incluido dice −2 % (90 %: de −5 a −0,54).",
    );
    expect(es("On years it had not seen: a year ahead it beats the best plain forecast of seizures by jurisdiction and year, it loses to it for street prices by country and year.")).toContain("pierde ante él en los precios al por menor");
  });
  it("write figures as Spanish does", () => {
    expect(es("600 (530 to 670)")).toBe("600 (530 a 670)");
    expect(es("1,234.5")).toBe("1.234,5");
    expect(tabWords("0.56", "es")).toEqual({ text: "0,56" });
  });
  it("stay English, and say so, where there are no words", () => {
    expect(tabWords("A sentence of the case.", "es")).toEqual({ text: "A sentence of the case.", lang: "en" });
  });
});
