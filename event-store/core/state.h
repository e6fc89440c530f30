// Values by key that all replicas of the gateway know of, and how each of them changes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace bw::event_store {

/// What a key holds since a commit, or, with an empty value, that it holds nothing any more.
struct StateChange {
  /// From the same row of numbers as Event::seq: ascending in commit order, never repeated.
  std::uint64_t seq = 0;
  std::string tenant;
  std::string key;
  /// Empty: removed, or forgotten because its time was over.
  std::string value;
};

/// A committed change, shared by everyone who is told of it.
using StateChangePtr = std::shared_ptr<const StateChange>;

/// Which keys are meant; empty conditions match everything.
struct StateSelection {
  std::string tenant;
  /// What the key begins with.
  std::string prefix;
};

bool Matches(const StateSelection& selection, std::string_view tenant, std::string_view key);

/// The bytes a change occupies in an answer, near enough to bound one.
std::size_t SizeOf(const StateChange& change);

}  // namespace bw::event_store
