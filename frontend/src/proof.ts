// Forms marked data-pow: fetch a challenge when somebody begins to type, solve it in a worker, put the answer in the field
// "altcha". Without JavaScript the form asks a plain question instead (hidden here once the worker is at work).
export function proveForms(): void {
  document.querySelectorAll<HTMLFormElement>("form[data-pow]").forEach((form) => {
    const field = form.elements.namedItem("altcha");
    const worker = form.dataset.powWorker;
    if (!(field instanceof HTMLInputElement) || !worker || typeof Worker === "undefined") return;
    form.querySelectorAll<HTMLElement>("[data-without-pow]").forEach((block) => {
      block.hidden = true;
    });
    let work: Promise<void> | null = null;
    const begin = (): Promise<void> => {
      work ??= fetch(form.dataset.pow ?? "", { headers: { accept: "application/json" } })
        .then((answer) => answer.json())
        .then(
          (challenge) =>
            new Promise<void>((resolve) => {
              const solver = new Worker(worker);
              solver.addEventListener("message", (event: MessageEvent<string | null>) => {
                field.value = event.data ?? "";
                solver.terminate();
                resolve();
              });
              solver.postMessage(challenge);
            }),
        )
        .catch(() => {
          work = null;
          form.querySelectorAll<HTMLElement>("[data-without-pow]").forEach((block) => {
            block.hidden = false;
          });
        });
      return work;
    };
    form.addEventListener("input", () => void begin(), { once: true });
    form.addEventListener("submit", (event) => {
      if (field.value) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const submitter = event.submitter as HTMLButtonElement | null;
      void begin().then(() => form.requestSubmit?.(submitter));
    }, { capture: true });
  });
}
