import { type ClientSession, readOperationLimits } from "node-opcua-client";

/** How much one request may ask for: what we would, but no more than the server says it takes. */
export interface Limits {
  nodesPerRead: number;
  nodesPerBrowse: number;
  pathsPerTranslate: number;
  itemsPerCall: number;
  nodesPerHistory: number;
}

export const usualLimits: Limits = {
  nodesPerRead: 1_000,
  nodesPerBrowse: 100,
  pathsPerTranslate: 200,
  itemsPerCall: 1_000,
  nodesPerHistory: 20,
};

/** A limit that is absent or 0 is none (OPC UA Part 5, 6.3.11). */
function least(usual: number, said: number | undefined): number {
  return said !== undefined && said > 0 ? Math.min(usual, said) : usual;
}

export async function readLimits(session: ClientSession): Promise<Limits> {
  const said = await readOperationLimits(session).catch(() => ({}) as const);
  const limits: Awaited<ReturnType<typeof readOperationLimits>> = said;
  return {
    nodesPerRead: least(usualLimits.nodesPerRead, limits.maxNodesPerRead),
    nodesPerBrowse: least(usualLimits.nodesPerBrowse, limits.maxNodesPerBrowse),
    pathsPerTranslate: least(
      usualLimits.pathsPerTranslate,
      limits.maxNodesPerTranslateBrowsePathsToNodeIds,
    ),
    itemsPerCall: least(usualLimits.itemsPerCall, limits.maxMonitoredItemsPerCall),
    nodesPerHistory: least(usualLimits.nodesPerHistory, limits.maxNodesPerHistoryReadData),
  };
}
