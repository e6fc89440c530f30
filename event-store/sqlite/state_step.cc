#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "event-store/sqlite/steps.h"
#include "event-store/sqlite/tables.h"

namespace bw::event_store {
namespace {

void Tell(WriteContext& context, StateChange change) {
  context.committed.state_changes.push_back(std::make_shared<const StateChange>(std::move(change)));
}

void Remove(WriteContext& context, const StateKey& key) {
  if (!DeleteState(context.db, key.tenant_no, key.key)) return;
  ChangeStateCount(context.db, key.tenant_no, -1);
  --context.state_count;
  Tell(context, {++context.last_seq, key.tenant, key.key, ""});
}

struct FullLimit {
  const char* name = nullptr;  // null: there is room
  std::string message;
};

FullLimit FindFullLimit(WriteContext& context, std::int64_t tenant_no, const StateLimits& limits) {
  if (context.state_count >= limits.max_entries) {
    return {"state_entries",
            "the store keeps at most " + std::to_string(limits.max_entries) + " state entries"};
  }
  if (CountState(context.db, tenant_no) >= limits.max_entries_per_tenant) {
    return {"tenant_state_entries", "the store keeps at most " +
                                        std::to_string(limits.max_entries_per_tenant) +
                                        " state entries of a tenant"};
  }
  return {};
}

// What is expired and not yet forgotten does not take anyone's place.
Status MakeRoom(WriteContext& context, std::int64_t tenant_no, const StateLimits& limits) {
  if (FindFullLimit(context, tenant_no, limits).name == nullptr) return OkStatus();
  ForgetExpiredState(context, kExpiredStateForgottenForRoom);
  FullLimit full = FindFullLimit(context, tenant_no, limits);
  if (full.name == nullptr) return OkStatus();
  context.refusals.push_back(full.name);
  return ResourceExhausted(std::move(full.message));
}

// What keeps a conditional request from being carried out; nothing when it is to be.
std::optional<PutStateResult> LeftAsItIs(WriteContext& context, const PutStateRequest& request) {
  if (!request.only_if_absent) return std::nullopt;
  const auto tenant_no = FindTenant(context.db, request.tenant);
  auto present =
      tenant_no ? FindState(context.db, *tenant_no, request.key, context.now_ms) : std::nullopt;
  if (present) return PutStateResult{false, *std::move(present)};
  if (request.value.empty()) return PutStateResult{};
  return std::nullopt;
}

}  // namespace

StatusOr<PutStateResult> PutStateStep(WriteContext& context, const PutStateRequest& request,
                                      const StateLimits& limits) {
  Connection& db = context.db;
  if (auto left = LeftAsItIs(context, request)) return *std::move(left);
  if (request.value.empty()) {
    const auto tenant_no = FindTenant(db, request.tenant);
    if (tenant_no) Remove(context, {*tenant_no, request.tenant, request.key});
    return PutStateResult{true};
  }
  BW_ASSIGN_OR_RETURN(const std::int64_t tenant_no, TenantFor(context, request.tenant));
  if (!HasState(db, tenant_no, request.key)) {
    BW_RETURN_IF_ERROR(MakeRoom(context, tenant_no, limits));
    ChangeStateCount(db, tenant_no, 1);
    ++context.state_count;
  }
  StateChange change{++context.last_seq, request.tenant, request.key, request.value};
  SaveState(db, tenant_no, change, context.now_ms + request.ttl_ms);
  Tell(context, std::move(change));
  return PutStateResult{true};
}

int ForgetExpiredState(WriteContext& context, int batch) {
  const std::vector<StateKey> expired = ExpiredState(context.db, context.now_ms, batch);
  for (const StateKey& key : expired) Remove(context, key);
  return static_cast<int>(expired.size());
}

}  // namespace bw::event_store
