// Buying, giving up, moving and setting up numbers: checks what Bandwidth checks, works on an order
// for a while of simulated time, and changes the account when it is done.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/clock/clock.h"
#include "common/clock/scheduler.h"
#include "common/xml/xml.h"
#include "sandbox/core/account.h"
#include "sandbox/core/dashboard_problem.h"
#include "sandbox/core/number_order.h"
#include "sandbox/core/random.h"
#include "sandbox/core/settings.h"
#include "sandbox/core/sites.h"

namespace bw::sandbox {

/// A number held for the account until it is ordered or the time is over.
struct Reservation {
  static constexpr std::int64_t kLifetimeMs = 4 * 3'600'000;

  std::string id;
  std::string number;
  std::int64_t made_ms = 0;
};

/// A caller name that is longer is refused.
constexpr std::size_t kMaxCallerNameBytes = 15;
/// Campaigns whose id begins so were rejected by the second aggregator.
constexpr std::string_view kRejectedCampaignPrefix = "CREJECTED";

/// The state that is CustomerOrderId's: letters, digits, dashes and blanks, at most 40 (7318).
bool IsCustomerOrderId(std::string_view text);

/// Not thread-safe: everything runs on the scheduler's thread.
class OrderDesk {
 public:
  static constexpr std::size_t kMaxNumbersPerOrder = 5000;
  static constexpr std::size_t kMaxReservations = 1000;
  /// Simulated milliseconds from the order to PROCESSING and to the end.
  static constexpr double kProcessingAfterMs = 500;
  static constexpr double kDoneAfterMs = 2000;

  using Outcome = std::variant<const NumberOrder*, DashboardProblem>;

  OrderDesk(const SimulationSettings& settings, Account& account, SiteBook& sites,
            const Clock& clock, Scheduler& scheduler, Random& random);

  // Each takes the body of its POST.
  Outcome OrderNumbers(const xml::Element& order);
  Outcome Disconnect(const xml::Element& order);
  Outcome Move(const xml::Element& order);
  Outcome SetOptions(const xml::Element& order);
  /// An order with errors only is made all the same, with them in its list.
  Outcome SetCallerName(const xml::Element& order);

  std::variant<Reservation, DashboardProblem> Reserve(const xml::Element& reservation);
  std::variant<Reservation, DashboardProblem> FindReservation(std::string_view id) const;
  std::variant<Reservation, DashboardProblem> Release(std::string_view id);
  std::int64_t SecondsLeft(const Reservation& reservation) const;

  OrderBook& book() { return book_; }
  /// Held by the account, reserved, or given up not long ago.
  bool IsTaken(std::string_view number) const;
  const std::vector<std::string>& given_up() const { return given_up_; }

 private:
  using Carry = void (OrderDesk::*)(NumberOrder&);
  using Problem = std::optional<DashboardProblem>;

  NumberOrder Begin(OrderKind kind, const xml::Element& request) const;
  // Adds the order; `carry` runs when it is due, and sets its last state.
  const NumberOrder* Accept(NumberOrder order, Carry carry);
  Problem CheckDestination(NumberOrder& order, std::string_view peer_field) const;
  Problem ReadNumbers(const xml::Element& list, NumberOrder& order) const;
  Problem CheckReservations(const xml::Element& type) const;
  Problem ReadSearch(const xml::Element& type, NumberOrder& order) const;
  bool IsGone(const std::string& number) const;
  void Buy(const std::string& number, const NumberOrder& order);

  void CarryOrder(NumberOrder& order);
  void CarryDisconnect(NumberOrder& order);
  void CarryMove(NumberOrder& order);
  void CarryOptions(NumberOrder& order);
  void CarryCallerName(NumberOrder& order);
  void Finish(NumberOrder& order);

  const SimulationSettings& settings_;
  Account& account_;
  SiteBook& sites_;
  const Clock& clock_;
  Scheduler& scheduler_;
  Random& random_;
  OrderBook book_;
  std::deque<Reservation> reservations_;
  std::vector<std::string> given_up_;
};

}  // namespace bw::sandbox
