/**
 * Exports whose slices run in other processes, which an engine starts, such as Spark. {@link io.spillway.engine.EngineExport} plans
 * and commits; {@link io.spillway.engine.SliceTask} runs one slice. Both exchange texts with the engine and use only types of the
 * JDK in their signatures, because an engine calls them from another class loader.
 */
@NullMarked
package io.spillway.engine;

import org.jspecify.annotations.NullMarked;
