"""How often the line that adds is right: ``python -m tests.leakbench.lines``.

The expected lines are from reading the programs: for each a piece of the line in which the program
adds to what leaks, whatever heapnb says. Where several lines are right alike, the pieces are
alternatives. A program's own code counts, not that of its packages.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import click

from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.suspects import Suspect
from tests.leakbench.capture import captured_of
from tests.leakbench.cases import Case, choose
from tests.leakbench.variants import WRITTEN
from tests.shapes.capture import captured_of as captured_site
from tests.shapes.programs import ADDING_LINES as ADDING_LINES_OF_SITES
from tests.shapes.programs import SITES, Site, program
from tests.variants.running import Captured

ADDING_LINES: Final = {
    "abort_signal_listeners": ("signal.addEventListener(",),
    "ajv_compile_per_request": ("ajv.compile(",),
    "arguments_kept": ("calls.push(",),
    "arrays_by_type": (".push(event)",),
    "async_context_chain": ("contexts.enterWith(",),
    "async_hooks_contexts": ("contexts.set(",),
    "async_loop_returns_itself": ("return await poll(",),
    "awaiting_gate": ("await this.ready",),
    "axios_interceptors": ("api.interceptors.request.use(",),
    "buffer_slices": ("seenSignatures.set(",),
    "bundled_koa_middleware": ("  app.use(async (ctx, next) => {",),
    "bundled_private_queue": ("this.unsentMails.push(",),
    "callbacks_bound": ("atExit.push(",),
    "classes_made_at_run_time": ("models[name] = model",),
    "connection_table": ("connections[`c$",),
    "console_wrapped_again": ("logger.report = function",),
    "dataloader_module_level": ("authors.load(",),
    "dead_weakrefs": ("this.references.set(",),
    "debounce_timers": ("setTimeout(() => draft",),
    "debug_instances": ("createDebug(`api",),
    "deep_path": (".entries.push(",),
    "diagnostics_subscribers": ("channel.subscribe(",),
    "ejs_cache_by_name": ("ejs.render(",),
    "error_cause_chain": ("this.lastError = new SyncError(",),
    "error_log_array": ("status.lastErrors.push(",),
    "esm_reload": ("await import(",),
    "eventemitter3_rooms": ("this.bus.on(",),
    "events_on_unread": ("  device.emit('reading', new Reading(number))", "on(device, 'reading')"),
    "exports_property": ("exports.recent[text] =",),
    "express_route_stack": ("app.use(`/tenants/$",),
    "express_session_memory": ("app.use(session(",),
    "few_but_large": ("reportsByYear[`year",),
    "finished_listeners": ("finished(archive",),
    "fs_watchers": ("fs.watch(file",),
    "generated_functions": ("this.compiled[text] = filter",),
    "generic_pool_waiters": ("pool.acquire(",),
    "global_metrics": ("measurements.push(",),
    "growing_buffer": ("this.received = Buffer.concat(",),
    "growing_text_log": ("this.text +=",),
    "handlebars_partials": ("Handlebars.registerPartial(",),
    "i18next_language_listeners": ("i18next.on(",),
    "identity_map": ("ofType.set(id",),
    "immutable_array": ("this.#crumbs = [...",),
    "immutable_state": ("noticesById: { ...state",),
    "interval_per_connection": ("this.heartbeat = setInterval(",),
    "intl_formatters": ("formatters.set(",),
    "ioredis_message_listener": ("subscriber.on('message'",),
    "keep_alive_socket_listeners": ("socket.on('error', (error)",),
    "keyv_default_store": ("await sessions.set(",),
    "leak_behind_warm_up": ("auditLog.push(",),
    "leak_in_noise": ("openTickets.push(",),
    "linkedom_detached": ("cardsById[id] = card",),
    "lodash_memoize": ("taxTableFor(order",),
    "lru_cache_per_request": ("cachesByBasket.set(",),
    "lru_cache_ttl_only": ("this.#memory.set(",),
    "memoizee_primitive": ("scheduleFor('S1'",),
    "message_channels": ("new MessageChannel()",),
    "mitt_handlers": ("progress.on('tick'",),
    "mobx_reactions": ("    reaction(",),
    "nested_tenant_maps": ("receipts.set(key",),
    "nock_interceptors": ("nock('http", ".get(`/orders", ".reply(200"),
    "node_cache_no_ttl": ("placeCache.set(",),
    "node_schedule_jobs": ("schedule.scheduleJob(",),
    "numbered_cache_object": ("profiles[userId] = new",),
    "numbers_in_array": ("latencies.push(",),
    "once_never_fires": ("await once(uplink",),
    "one_in_ten": ("this.failed.push(",),
    "opossum_breakers": ("new CircuitBreaker(",),
    "oversized_arrays": ("histories.set(",),
    "page_counter_object": ("(visits[pathname",),
    "passport_strategies": ("authenticator.use(",),
    "performance_marks": ("performance.mark(`query-start", "performance.mark(`query-end"),
    "plimit_stalled": ("limit(() => lookup",),
    "pqueue_stalled": ("uploads.add(",),
    "private_map_sessions": ("this.#sessions.set(",),
    "process_signal_handlers": ("process.on('SIGTERM'",),
    "prom_client_labels": ("requests.inc(",),
    "prototype_list": ("this.lines.push(",),
    "race_with_shutdown": ("Promise.race([",),
    "readline_on_shared_stream": ("readline.createInterface(",),
    "redux_store_listeners": ("store.subscribe(render)",),
    "regexp_cache": ("patterns.set(",),
    "rpc_pending_requests": ("this.pendingRequests.set(",),
    "rxjs_subscriptions": (".subscribe((locale)",),
    "scope_tree_children": ("this.children.push(",),
    "shared_scope_esm": ("stock = {", "take: (place)"),
    "signal_graph_effects": ("this.#subscribers.add(",),
    "sliced_strings": ("knownSessions.add(",),
    "socketio_namespace_listener": ("io.of('/').adapter.on('create-room'",),
    "static_private_cache": ("Expression.#parsed[text] ??=",),
    "static_registry": ("Component.instances.add(",),
    "stream_backlog": ("auditTrail.write(",),
    "suspended_consumers": ("this.waiting.push(", "await topic.next()"),
    "symbol_registry": ("this[kWaiters].push(",),
    "ts_private_weakmap": ('_Notifier_outbox, "f").push(',),
    "two_leaks": ("archive.push(",),
    "typed_array_frames": ("unacknowledged.add(",),
    "undici_client_per_tenant": ("dispatchers[shop] ??=",),
    "undo_history_list": ("this.current = new Revision(this.current",),
    "vm_contexts": ("sandboxes.set(",),
    "vue_effects": ("    effect(() => {",),
    "weakmap_value_grows": ("entry.notes.push(",),
    "web_stream_backlog": ("controller.enqueue(",),
    "winston_logger_per_request": ("winston.loggers.get(",),
    "winston_transport_per_job": ("logger.add(transport)",),
    "ws_subscribers": ("subscribers.add(socket)",),
    "zustand_subscribers": ("basket.subscribe(",),
}
"""A piece of the line that adds, or several that are right alike, by program."""

MAPPED: Final = replace(WRITTEN, form="minified-map")
"""How bundled programs run: minified, so that only the source map has the text."""

FRAMES: Final = ("interval.cjs", "top_level.mjs", "async_main.cjs", "inline.mjs")
"""Ways in which the sites run: driven by events, waiting at top level, in a loop, as locals."""


@dataclass(frozen=True)
class Outcome:
    """What was said about the line of one program.

    Parameters
    ----------
    name : str
        The program.
    expected : tuple of str
        Pieces of the right lines.
    said : str or None
        The line that was named; None if none was.
    place : str
        Where it is.
    """

    name: str
    expected: tuple[str, ...]
    said: str | None
    place: str = ""

    @property
    def is_right(self) -> bool:
        """Whether one of the right lines was named first."""
        return self.said is not None and any(piece in self.said for piece in self.expected)


def outcome_of(case: Case) -> Outcome:
    """Diagnose a program with its sources; with a source map if it is bundled.

    Parameters
    ----------
    case : Case
        The program.

    Returns
    -------
    Outcome
    """
    variant = MAPPED if case.is_bundled else WRITTEN
    captured = captured_of(case, variant)
    first = _first_suspect(captured)
    return _outcome(case.name, ADDING_LINES[case.name], first, case.folder)


def outcome_of_site(site: Site, frame: str) -> Outcome:
    """Diagnose a site of `tests.shapes` with its source.

    Parameters
    ----------
    site : Site
        What leaks.
    frame : str
        How the program runs.

    Returns
    -------
    Outcome
    """
    captured = captured_site(site, frame)
    first = _first_suspect(captured)
    expected = (ADDING_LINES_OF_SITES[site.name],)
    return _outcome(f"{site.name} in {frame}", expected, first, program(site, frame))


def _first_suspect(captured: Captured) -> Suspect | None:
    """Diagnose a program with the files that ran."""
    diagnosis = diagnose(captured.snapshots, source_root=captured.program)
    return diagnosis.suspects[0] if diagnosis.suspects else None


def _outcome(
    name: str, expected: tuple[str, ...], suspect: Suspect | None, source: Path | str
) -> Outcome:
    """Look the named line up in the program, not in what was said about it."""
    if suspect is None or not suspect.added_at:
        return Outcome(name, expected, None)
    location = suspect.added_at[0].location
    file, line, _ = location.rsplit(":", 2)
    path = Path(file.partition("?")[0])
    if isinstance(source, Path):
        inside = source / path.name
        source = inside.read_text(encoding="utf-8") if inside.is_file() else ""
    lines = source.splitlines()
    said = lines[int(line) - 1] if int(line) <= len(lines) else ""
    return Outcome(name, expected, said, f"{path.name}:{line}")


def outcomes(pattern: str, frames: tuple[str, ...]) -> Iterator[Outcome]:
    """Diagnose programs and sites.

    Parameters
    ----------
    pattern : str
        Patterns of names, with commas.
    frames : tuple of str
        How the sites run.

    Yields
    ------
    Outcome
    """
    for case in choose(pattern):
        if not case.is_healthy:
            yield outcome_of(case)
    if pattern == "*":
        for site in SITES:
            for frame in frames:
                yield outcome_of_site(site, frame)


@click.command()
@click.option("--cases", default="*", show_default=True, help="Patterns, with commas.")
@click.option("--frames", default=",".join(FRAMES), show_default=True, help="Names, with commas.")
@click.option("--json", "as_json", is_flag=True, help="Print every outcome as JSON.")
def main(cases: str, frames: str, *, as_json: bool) -> None:
    """Print how often the line that adds is right, and which are not."""
    found = list(outcomes(cases, tuple(filter(None, frames.split(",")))))
    if as_json:
        click.echo(json.dumps([vars(one) | {"is_right": one.is_right} for one in found], indent=2))
        return
    programs = [one for one in found if " in " not in one.name]
    sites = [one for one in found if " in " in one.name]
    for what, some in (("programs", programs), ("sites", sites)):
        if some:
            n_right = sum(one.is_right for one in some)
            click.echo(f"{what}: {n_right} of {len(some)} lines right ({n_right / len(some):.0%})")
    for one in found:
        if not one.is_right:
            said = "no line" if one.said is None else f"{one.place} {one.said.strip()[:60]}"
            click.echo(f"  {one.name}: {said}; expected {' or '.join(one.expected)}")


if __name__ == "__main__":
    main()
