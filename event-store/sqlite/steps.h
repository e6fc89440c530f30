// The steps of the Store port as they run inside a transaction of the writer. A step that returns
// an error has changed nothing but, perhaps, interned a tenant's name or forgotten expired state.
#pragma once

#include <memory>

#include "event-store/core/store.h"
#include "event-store/sqlite/group_writer.h"

namespace bw::event_store {

/// Distinct names the adapter keeps rows for; beyond it RESOURCE_EXHAUSTED names the limit.
inline constexpr std::int64_t kMaxTenants = 1000;
inline constexpr std::int64_t kMaxKindsPerTenant = 1000;
inline constexpr std::int64_t kMaxReadersPerTenant = 10'000;
/// Expired entries of state that a step forgets at most, so that a new one finds room.
inline constexpr int kExpiredStateForgottenForRoom = 128;

/// The tenant's number, given to it when it is new. RESOURCE_EXHAUSTED names kMaxTenants.
StatusOr<std::int64_t> TenantFor(WriteContext& context, const std::string& name);

/// `event` is request.event; it is given its seq and time, and published when it is new.
StatusOr<AppendResult> AppendStep(WriteContext& context, const AppendRequest& request,
                                  const std::shared_ptr<Event>& event);
StatusOr<QueueResult> QueueStep(WriteContext& context, const QueueRequest& request);
StatusOr<Nothing> SettleStep(WriteContext& context, const SettleRequest& request);
StatusOr<bool> EndHoldStep(WriteContext& context, const EndHoldRequest& request);
StatusOr<bool> AdvanceStep(WriteContext& context, const AdvanceRequest& request);
StatusOr<PutStateResult> PutStateStep(WriteContext& context, const PutStateRequest& request,
                                      const StateLimits& limits);
/// Returns how many; at most `batch`.
int ForgetExpiredState(WriteContext& context, int batch);
StatusOr<EvictResult> EvictStep(WriteContext& context, const RetentionLimits& limits);
StatusOr<Nothing> ProbeStep(WriteContext& context);

/// At start: what was TAKEN is QUEUED again (CALL_ENDED in a call that ended), nothing is held.
Status RecoverAfterRestart(Connection& db);

}  // namespace bw::event_store
