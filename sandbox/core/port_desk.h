// Numbers that come from another carrier: the order waits for its letter of authorization, then
// for the losing carrier, and in the end the numbers are the account's.
#pragma once

#include <cstddef>
#include <optional>
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

/// Not thread-safe: everything runs on the scheduler's thread. Orders are in `book`.
class PortDesk {
 public:
  static constexpr std::size_t kMaxNumbers = 1000;
  /// Simulated milliseconds from one state to the next.
  static constexpr double kStepMs = 2000;
  /// Numbers that end so cannot be ported: the order gets an exception.
  static constexpr char kStuckDigit = '9';

  using Outcome = std::variant<NumberOrder*, DashboardProblem>;
  using Problem = std::optional<DashboardProblem>;

  PortDesk(const SimulationSettings& settings, Account& account, SiteBook& sites, OrderBook& book,
           const Clock& clock, Scheduler& scheduler, Random& random);

  /// <LnpOrder>. The order is PENDING_DOCUMENTS.
  Outcome Create(const xml::Element& request);
  /// <LnpOrderSupp>: takes over what it holds; the order is REQUESTED_SUPP and submitted anew.
  Problem Supplement(NumberOrder& order, const xml::Element& request);
  Problem Cancel(NumberOrder& order);
  /// A letter of authorization has come: the order is SUBMITTED, later FOC, then COMPLETE; or
  /// EXCEPTION when a number is stuck.
  void OnDocument(NumberOrder& order);

  /// <TollFreePortingValidation>: PROCESSING, later COMPLETE.
  Outcome CheckTollFree(const xml::Element& request);
  Problem CancelCheck(NumberOrder& order);

 private:
  Problem ReadNumbers(const xml::Element& request, NumberOrder& order) const;
  Problem CheckBilling(const xml::Element& request, const NumberOrder& order) const;
  Problem CheckDestination(const xml::Element& request, NumberOrder& order) const;
  // Goes to the next state after a step, unless the state has changed by then.
  void Later(const NumberOrder& order, void (PortDesk::*step)(NumberOrder&));
  void Answer(NumberOrder& order);
  void Complete(NumberOrder& order);
  void FinishCheck(NumberOrder& order);

  const SimulationSettings& settings_;
  Account& account_;
  SiteBook& sites_;
  OrderBook& book_;
  const Clock& clock_;
  Scheduler& scheduler_;
  Random& random_;
};

}  // namespace bw::sandbox
