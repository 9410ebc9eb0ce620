export interface Series {
  name: string;
  values: number[];
}

/** Reads labels from each row's first cell and one series from every column marked data-series in the head. */
export function readTable(table: HTMLTableElement): { labels: string[]; series: Series[] } {
  const heads = Array.from(table.tHead?.rows[0]?.cells ?? []);
  const columns = heads.map((cell, index) => ({ cell, index })).filter(({ cell }) => cell.dataset.series !== undefined);
  const rows = Array.from(table.tBodies[0]?.rows ?? []);
  const number = (cell: HTMLTableCellElement | undefined): number => Number(cell?.dataset.value ?? cell?.textContent?.replace(/[^0-9.-]/g, "") ?? 0);
  return {
    labels: rows.map((row) => row.cells[0]?.textContent?.trim() ?? ""),
    series: columns.map(({ cell, index }) => ({ name: cell.textContent?.trim() ?? "", values: rows.map((row) => number(row.cells[index])) })),
  };
}
