// Uploads one file after another, each with its own progress bar and its own answer; what failed can be sent again. Without
// this script the form sends all files at once.
function row(name: string, words: string): { item: HTMLLIElement; bar: HTMLProgressElement } {
  const item = document.createElement("li");
  item.className = "upload-result";
  const label = document.createElement("span");
  label.textContent = `${name}：${words}`;
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", name);
  item.append(label, bar);
  return { item, bar };
}

/** Why a file got no answer of its own: too large for the server, signed out meanwhile, or the line broke. */
class Refused extends Error {
  constructor(readonly why: "large" | "stale" | "failed") {
    super(why);
  }
}

function send(form: HTMLFormElement, file: File, bar: HTMLProgressElement): Promise<{ ok: boolean; html: string }> {
  const data = new FormData(form);
  data.delete("file");
  data.append("file", file, file.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
    });
    request.addEventListener("load", () => {
      const answered = request.getResponseHeader("X-Upload-Result") === "1";
      if (answered) resolve({ ok: request.status === 200, html: request.responseText });
      else reject(new Refused(request.status === 413 ? "large" : "stale"));
    });
    request.addEventListener("error", () => reject(new Refused("failed")));
    request.send(data);
  });
}

async function sendAll(form: HTMLFormElement, input: HTMLInputElement, results: HTMLElement): Promise<void> {
  const failed = new DataTransfer();
  let good = 0;
  for (const file of Array.from(input.files ?? [])) {
    const { item, bar } = row(file.name, form.dataset.sending ?? "");
    results.append(item);
    try {
      const answer = await send(form, file, bar);
      item.insertAdjacentHTML("afterend", answer.html); // our own server's escaped list item
      item.remove();
      if (answer.ok) good += 1;
    } catch (error) {
      const why = error instanceof Refused ? error.why : "failed";
      item.replaceChildren(document.createTextNode(`${file.name}：${form.dataset[why] ?? ""}`));
      item.classList.add("upload-bad");
      if (why !== "large") failed.items.add(file);
    }
  }
  input.files = failed.files; // what did not get through stays chosen: press again
  input.dispatchEvent(new Event("change"));
  if (good && !failed.files.length) results.append(back(form));
}

function back(form: HTMLFormElement): HTMLLIElement {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.className = "btn";
  link.href = form.dataset.back ?? "/";
  link.textContent = form.dataset.done ?? "";
  item.append(link);
  return item;
}

document.querySelectorAll<HTMLFormElement>("form[data-upload]").forEach((form) => {
  const input = form.querySelector<HTMLInputElement>('input[type="file"]');
  const results = form.querySelector<HTMLElement>("[data-results]");
  const button = form.querySelector<HTMLButtonElement>("button:not([type=button])");
  if (!input || !results) return;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!input.files?.length || !form.reportValidity()) return;
    if (button) button.disabled = true;
    void sendAll(form, input, results).finally(() => {
      if (button) button.disabled = false;
    });
  });
});
