// How the page is embedded, before it is drawn for the first time: what then went would move what stays. The rest of it is page.ts'.
{
  const embed = new URLSearchParams(location.search).get("embed");
  if (embed === "canvas" || embed === "mini") document.documentElement.dataset.embed = embed;
}
