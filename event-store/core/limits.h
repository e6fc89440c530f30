// What a request may carry; the numbers are those of the contract's comments
// (proto/bw/event_store/v1/event_store.proto), and each check names the field it refuses.
#pragma once

#include <cstddef>
#include <cstdint>

#include "common/status/status.h"
#include "event-store/core/call.h"
#include "event-store/core/event.h"

namespace bw::event_store {

struct AppendRequest;
struct PutStateRequest;
struct QueueRequest;
struct StateSelection;

inline constexpr std::size_t kMaxTenantBytes = 64;
inline constexpr std::size_t kMaxTypeBytes = 128;
inline constexpr std::size_t kMaxIdentityBytes = 512;
inline constexpr std::size_t kMaxIdBytes = 256;
inline constexpr std::size_t kMaxTagBytes = 4096;
inline constexpr std::size_t kMaxRecipients = 64;
inline constexpr std::size_t kMaxPayloadBytes = 256u << 10;
inline constexpr std::size_t kMaxBxmlBytes = 64u << 10;
inline constexpr std::size_t kMaxKeyBytes = 128;
inline constexpr std::size_t kMaxReaderBytes = 128;
inline constexpr std::size_t kMaxFilterTypes = 32;
inline constexpr std::size_t kMaxFilterChannels = 8;
inline constexpr std::size_t kMaxTopicBytes = 256;
inline constexpr std::size_t kMaxMailBytes = 1u << 20;
inline constexpr std::size_t kMaxStateKeyBytes = 512;
inline constexpr std::size_t kMaxStateValueBytes = 16u << 10;
inline constexpr std::size_t kMaxPageTokenBytes = 64;
inline constexpr std::uint32_t kMaxHoldMs = 30'000;
inline constexpr std::uint32_t kMaxWaitMs = 60'000;
inline constexpr std::uint32_t kMaxMailTtlMs = 600'000;
inline constexpr std::uint32_t kDefaultMailTtlMs = 60'000;
inline constexpr std::uint32_t kMaxStateTtlMs = 2'678'400'000;  // 31 days
inline constexpr std::uint32_t kDefaultStateTtlMs = 3'600'000;
inline constexpr std::uint32_t kMaxEventsPerPage = 1000;
inline constexpr std::uint32_t kDefaultEventsPerPage = 100;
inline constexpr std::uint32_t kMaxCallsPerPage = 500;
inline constexpr std::uint32_t kDefaultCallsPerPage = 50;
inline constexpr std::size_t kMaxTurnsInCall = 100;
/// One answer stays below the 4 MiB that gRPC clients accept by default; a page that would pass
/// this ends early and says that there is more.
inline constexpr std::size_t kMaxAnswerBytes = 2u << 20;

Status CheckTenant(const std::string& tenant);
Status CheckAppend(const AppendRequest& request);
Status CheckQueue(const QueueRequest& request);
Status CheckPutState(const PutStateRequest& request);
Status CheckStateSelection(const StateSelection& selection);
Status CheckFilter(const EventFilter& filter);
/// INVALID_ARGUMENT when `text` is longer than `max_bytes`, or empty while `required`.
Status CheckText(const std::string& field, const std::string& text, std::size_t max_bytes,
                 bool required = false);
Status CheckAtMost(const std::string& field, std::uint64_t value, std::uint64_t max);

}  // namespace bw::event_store
