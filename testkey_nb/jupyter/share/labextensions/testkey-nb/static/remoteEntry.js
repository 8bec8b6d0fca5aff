/*
 * Clears outputs of marked notebooks in the open tab five minutes after they appeared, also when the kernel is gone, and
 * leaves the arrow keys to select widgets. A module-federation container written by hand: there is nothing to build, and
 * nothing of JupyterLab is imported. It relies on `app.shell.widgets`, `NotebookPanel`, `CellList`, `CodeCellModel` and
 * `OutputAreaModel` as JupyterLab 4 has them.
 */
(function () {
  'use strict';

  const TTL_MS = 300000;
  const SWEEP_MS = 1000;
  const RECONNECT_MS = 15000; // a kernel that cannot be reached for longer cannot clear its panels
  const AREAS = ['main', 'left', 'right', 'down'];
  const GONE = ['restarting', 'autorestarting', 'terminating', 'dead'];
  const VIEW = 'application/vnd.jupyter.widget-view+json';

  // Clocks: that of the wall goes on while a laptop sleeps, the other cannot be set back.
  const now = () => ({ wall: Date.now(), tick: performance.now() });
  const ALREADY_OLD = { wall: -Infinity, tick: -Infinity };
  const age = since => Math.max(Date.now() - since.wall, performance.now() - since.tick);
  const older = (a, b) => (age(a) >= age(b) ? a : b);

  const config = document.getElementById('jupyter-config-data');
  const folders = (config && JSON.parse(config.textContent).testkeyNbFolders) || []; // the server extension says so

  const isMarked = notebook => {
    const mark = notebook.getMetadata('testkey_nb');
    return mark !== undefined && (mark === null || mark.clear_outputs !== false);
  };

  const isIn = (path, folder) => folder === '.' || path.startsWith(folder + '/');

  const ttl = notebook => {
    const mark = notebook.getMetadata('testkey_nb');
    const wish = mark && typeof mark.ttl_s === 'number' && mark.ttl_s >= 0 ? mark.ttl_s * 1000 : TTL_MS;
    return Math.min(wish, TTL_MS); // it may only be shortened
  };

  const outputsOf = cell => Array.from({ length: cell.outputs.length }, (_, index) => cell.outputs.get(index));

  const isView = output => VIEW in (output.toJSON().data || {});

  /* One notebook of ours: since when each of its outputs is shown, and whether its kernel could still clear them. */
  class Watched {
    constructor(panel) {
      this.notebook = panel.content.model;
      this.session = panel.context.sessionContext;
      this.shown = new WeakMap(); // output → {wall, tick, life}
      this.oldest = new Map(); // id of a cell → the oldest of its outputs, kept for an undo that brings it back
      this.life = 0; // how many kernels have gone
      this.lost = null; // since when the kernel cannot be reached
      this.arriving = new Set();
      this.cells().forEach(cell => this.watch(cell, now()));
      this.notebook.cells.changed.connect(this.onCells, this);
      this.session.statusChanged.connect(this.onStatus, this);
      this.session.kernelChanged.connect(this.onKernel, this);
    }

    cells() {
      return Array.from(this.notebook.cells).filter(cell => cell && cell.type === 'code' && cell.outputs);
    }

    watch(cell, since) {
      outputsOf(cell).forEach(output => this.show(output, since));
      cell.outputs.changed.connect((_, change) => {
        const inherited = change.type === 'set' ? this.shown.get(change.oldValues[0]) : undefined;
        change.newValues.forEach(output => this.show(output, inherited || now()));
        if (change.type === 'add' && cell.outputs.length === 1) this.oldest.set(cell.id, now());
      });
    }

    show(output, since) {
      if (output && !this.shown.has(output)) this.shown.set(output, { life: this.life, ...since });
    }

    /* A cell that comes with outputs was not run here: an undo brings it back, a move or a paste brings a copy. */
    onCells(_, change) {
      if (change.type !== 'add' && change.type !== 'set') return;
      change.newValues.filter(cell => cell && cell.type === 'code').forEach(cell => this.arriving.add(cell));
      // JupyterLab puts outputs into such a cell until the undo has ended; nothing is painted before that.
      Promise.resolve().then(() => this.sweep());
    }

    welcome() {
      for (const cell of this.arriving) {
        if (!cell.isDisposed) this.watch(cell, this.oldest.get(cell.id) || ALREADY_OLD);
      }
      this.arriving.clear();
    }

    onStatus(_, status) {
      if (GONE.includes(status)) this.life += 1;
    }

    onKernel() {
      this.life += 1;
    }

    sweep() {
      if (this.notebook.isDisposed) return;
      this.welcome();
      this.feel();
      const limit = ttl(this.notebook);
      for (const cell of this.cells()) {
        const outputs = outputsOf(cell);
        if (outputs.length) this.oldest.set(cell.id, this.oldestOf(outputs));
        const going = outputs.filter(output => !this.keeps(cell, output));
        if (going.length && age(this.oldestOf(going)) >= limit) this.clear(cell);
      }
    }

    oldestOf(outputs) {
      return outputs.map(output => this.shown.get(output) || ALREADY_OLD).reduce(older);
    }

    feel() {
      const kernel = this.session.session && this.session.session.kernel;
      if (kernel && kernel.connectionStatus === 'connected') this.lost = null;
      else this.lost = this.lost || now();
    }

    clear(cell) {
      const kept = outputsOf(cell).filter(output => this.keeps(cell, output));
      const since = kept.map(output => this.shown.get(output));
      const views = kept.map(output => output.toJSON());
      if (cell.executionState === 'running') cell.outputs.clear();
      else cell.clearExecution();
      views.forEach((view, index) => {
        cell.outputs.add(view);
        this.shown.set(cell.outputs.get(index), since[index]);
      });
    }

    /* All of a cell's outputs go with the oldest, but for views that are kept. The data in a kept view expires
       in the kernel, which must therefore be the one that filled it. */
    keeps(cell, output) {
      const { life } = this.shown.get(output) || {};
      const alive = life === this.life && (!this.lost || age(this.lost) < RECONNECT_MS);
      return alive && (cell.getMetadata('tags') || []).includes('keep-view') && isView(output);
    }
  }

  const watched = new WeakMap(); // notebook → Watched

  const sweepAll = app => {
    for (const area of AREAS) {
      let widgets = [];
      try {
        widgets = Array.from(app.shell.widgets(area));
      } catch {
        continue; // this shell has no such area
      }
      widgets.forEach(sweepOne);
    }
  };

  const sweepOne = panel => {
    const notebook = panel.content && panel.content.model;
    if (!notebook || !notebook.cells || !panel.context || !panel.context.isReady) return;
    if (!isMarked(notebook) && !folders.some(folder => isIn(panel.context.localPath, folder))) return;
    if (!watched.has(notebook)) watched.set(notebook, new Watched(panel));
    try {
      watched.get(notebook).sweep();
    } catch (fault) {
      console.error('testkey-nb: outputs may not have been cleared', fault);
    }
  };

  /* JupyterLab takes these keys in command mode: an arrow leaves the list, a letter does things to cells. */
  const SELECT_KEYS = ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home', 'End', 'PageUp', 'PageDown', 'Enter'];
  const keepKeys = event => {
    const select = event.target instanceof HTMLSelectElement && event.target.closest('.jupyter-widgets');
    if (!select || event.ctrlKey || event.metaKey || (event.key === 'Enter' && event.shiftKey)) return;
    if (SELECT_KEYS.includes(event.key) || event.key.length === 1) event.stopImmediatePropagation();
  };

  const activate = app => {
    const sweep = () => sweepAll(app);
    setInterval(sweep, SWEEP_MS);
    // Timers of a hidden tab are slow, and those of a sleeping laptop stand still: nothing old is seen on return.
    document.addEventListener('visibilitychange', sweep);
    ['focus', 'pageshow', 'resume'].forEach(name => window.addEventListener(name, sweep));
    window.addEventListener('keydown', keepKeys, true);
  };

  const plugin = { id: 'testkey-nb:clear-outputs', autoStart: true, requires: [], activate };
  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB['testkey-nb'] = {
    init: async () => {},
    get: async () => () => ({ __esModule: true, default: plugin })
  };
})();
