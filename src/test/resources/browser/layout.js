// What is wrong with how the page is laid out, as sentences; an empty array where nothing is.
(() => {
  const problems = [];
  const page = document.documentElement;
  if (page.scrollWidth > page.clientWidth) {
    problems.push(`the page is ${page.scrollWidth} pixels wide in a window of ${page.clientWidth}`);
  }
  const clips = element => getComputedStyle(element).overflowX !== 'visible';
  const scrolls = element => /auto|scroll/.test(getComputedStyle(element).overflowX);
  const common = (a, b) => ({
    left: Math.max(a.left, b.left), right: Math.min(a.right, b.right),
    top: Math.max(a.top, b.top), bottom: Math.min(a.bottom, b.bottom),
  });
  const isSomething = box => box.right - box.left > 1 && box.bottom - box.top > 1;
  const runs = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest('script, style, svg, .skip')) {
      continue;
    }
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      const name = `"${node.data.trim().slice(0, 40)}"`;
      let seen = box;
      for (let around = element; around && around !== document.body; around = around.parentElement) {
        const frame = around.getBoundingClientRect();
        const wide = box.right > frame.right + 1 || box.left < frame.left - 1;
        if (wide && clips(around) && !scrolls(around)) {
          problems.push(`${name} is cut off`);
        }
        if (scrolls(around)) {
          seen = common(seen, frame);
          break;
        }
        if (wide && getComputedStyle(around).display !== 'inline') {
          problems.push(`${name} is wider than the ${around.tagName} around it`);
          break;
        }
      }
      if (isSomething(seen)) {
        runs.push({...common(seen, seen), name, node});
        if (seen.right > innerWidth + 1 || seen.left < -1) {
          problems.push(`${name} is outside of the window`);
        }
      }
    }
  }
  if (runs.length < 10) {
    problems.push('there is hardly any text');
  }
  runs.sort((a, b) => a.top - b.top);
  runs.forEach((run, i) => {
    for (let j = i + 1; j < runs.length && runs[j].top < run.bottom; j++) {
      const both = common(run, runs[j]);
      // Boxes of letters are higher than lines are apart where lines are close; nothing of the letters meets then.
      const height = Math.min(run.bottom - run.top, runs[j].bottom - runs[j].top);
      if (run.node !== runs[j].node && both.right - both.left > 1 && both.bottom - both.top > height / 4) {
        problems.push(`${run.name} and ${runs[j].name} lie on each other`);
      }
    }
  });
  return problems;
})()
