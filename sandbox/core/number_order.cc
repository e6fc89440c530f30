#include "sandbox/core/number_order.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace bw::sandbox {
namespace {

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::toupper(x) == std::toupper(y);
  });
}

bool Fits(const NumberOrder& order, const OrderFilter& filter) {
  if (filter.customer_order_id && order.customer_order_id != *filter.customer_order_id) {
    return false;
  }
  if (filter.status && !EqualsIgnoringCase(order.status, *filter.status)) return false;
  return !filter.number || std::find(order.numbers.begin(), order.numbers.end(), *filter.number) !=
                               order.numbers.end();
}

}  // namespace

NumberOrder& OrderBook::Add(NumberOrder order) {
  if (orders_.size() >= kMaxOrders) orders_.pop_front();
  orders_.push_back(std::move(order));
  return orders_.back();
}

NumberOrder* OrderBook::Find(OrderKind kind, std::string_view id) {
  const auto found = std::find_if(orders_.begin(), orders_.end(), [&](const NumberOrder& order) {
    return order.kind == kind && order.id == id;
  });
  return found == orders_.end() ? nullptr : &*found;
}

std::vector<const NumberOrder*> OrderBook::List(OrderKind kind, const OrderFilter& filter) const {
  std::vector<const NumberOrder*> found;
  for (auto order = orders_.rbegin(); order != orders_.rend(); ++order) {
    if (order->kind == kind && Fits(*order, filter)) found.push_back(&*order);
  }
  return found;
}

void Enter(NumberOrder& order, std::string_view status, std::string_view note,
           std::int64_t now_ms) {
  order.status = status;
  order.modified_ms = now_ms;
  order.history.push_back({now_ms, std::string(status), std::string(note)});
}

std::vector<std::string> TextsIn(const xml::Element& element, std::string_view name) {
  std::vector<std::string> texts;
  for (const xml::Element& child : element.children) {
    if (child.name == name) texts.push_back(xml::TextOf(child));
    for (std::string& text : TextsIn(child, name)) texts.push_back(std::move(text));
  }
  return texts;
}

}  // namespace bw::sandbox
