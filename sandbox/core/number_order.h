// Orders about telephone numbers, as the dashboard keeps them: made, worked on for a while, then
// complete, complete in part, or failed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/xml/xml.h"

namespace bw::sandbox {

enum class OrderKind {
  kNumbers,
  kDisconnect,
  kMove,
  kTnOption,
  kCallerName,
  kPortIn,
  kTollFreeCheck,
};

/// What went wrong with one number of an order.
struct OrderError {
  int code = 0;
  std::string description;
  std::string number;
};

struct OrderHistoryEntry {
  std::int64_t at_ms = 0;
  std::string status;
  std::string note;
};

struct NumberOrder {
  std::string id;
  OrderKind kind = OrderKind::kNumbers;
  std::string customer_order_id;
  /// The body that made it.
  xml::Element request;
  std::int64_t created_ms = 0;
  std::int64_t modified_ms = 0;
  std::string status = "RECEIVED";
  int site_id = 0;
  int peer_id = 0;
  /// What it is about, in E.164 form.
  std::vector<std::string> numbers = {};
  /// Those that it was carried out for.
  std::vector<std::string> done = {};
  std::vector<OrderError> errors = {};
  std::vector<OrderHistoryEntry> history = {};
  /// How many numbers a search order wants; 0 for one that names its numbers.
  std::size_t quantity = 0;
};

struct OrderFilter {
  std::optional<std::string> customer_order_id = {};
  std::optional<std::string> status = {};
  std::optional<std::string> number = {};
};

/// Not thread-safe. Pointers stay good until the next Add.
class OrderBook {
 public:
  /// The oldest order makes room.
  static constexpr std::size_t kMaxOrders = 10'000;

  NumberOrder& Add(NumberOrder order);
  NumberOrder* Find(OrderKind kind, std::string_view id);
  /// Newest first.
  std::vector<const NumberOrder*> List(OrderKind kind, const OrderFilter& filter) const;

 private:
  std::deque<NumberOrder> orders_;
};

/// Notes a new state.
void Enter(NumberOrder& order, std::string_view status, std::string_view note, std::int64_t now_ms);

/// The texts of all elements named `name` below `element`, in order.
std::vector<std::string> TextsIn(const xml::Element& element, std::string_view name);

}  // namespace bw::sandbox
