//! How things look. A stock's version is left at nothing: the documents only say that it grows.

use engine::view::{
    Capture, OrderView, PaymentView, ProductView, RefundView, ReservationStatus, ReservationView,
};
use engine::{OrderId, PaymentReference, ProductId, RefundId, ReservationId, Stock};

use super::shop::Shop;
use super::things::Paid;

impl Shop {
    pub(crate) fn stock(&self, id: &ProductId) -> Stock {
        Stock {
            total: self.products[id].total,
            available: self.available(id),
            held: self.held(id),
            sold: self.sold(id),
            version: 0,
        }
    }

    pub(crate) fn product_view(&self, id: &ProductId) -> ProductView {
        let product = &self.products[id];
        ProductView {
            id: id.clone(),
            description: product.description.clone(),
            revision: product.revision,
            status: self.product_status(id),
            stock: self.stock(id),
            created_at: product.created_at,
        }
    }

    pub(crate) fn reservation_view(&self, id: ReservationId) -> ReservationView {
        let one = &self.reservations[&id];
        let is_paying = one.status == ReservationStatus::Paying;
        let payment = one.tries.last().map(|last| {
            Box::new(PaymentView {
                status: last.status(is_paying),
                attempt: u8::try_from(one.tries.len()).expect("there are three at most"),
                pay_by: last.pay_by(one.release_by()),
                next_action: last.action.clone(),
                error: last.error.clone(),
            })
        });
        let pay_by = payment.as_ref().map_or(one.release_by(), |payment| payment.pay_by);
        ReservationView {
            id,
            product: one.product.clone(),
            buyer: one.buyer.clone(),
            quantity: one.quantity,
            price: one.price,
            reference: one.reference.clone(),
            status: one.status,
            created_at: one.created_at,
            expires_at: one.expires_at,
            order: one.order,
            pay_by: is_paying.then_some(pay_by),
            payment,
        }
    }

    pub(crate) fn order_view(&self, id: OrderId) -> OrderView {
        let order = &self.orders[&id];
        let (payment, capture) = match &order.paid {
            Paid::Nothing => (None, Capture::External),
            Paid::Outside(payment) => (Some(payment.clone()), Capture::External),
            Paid::Provider { intent, capture, .. } => (Some(PaymentReference::from(intent)), *capture),
        };
        OrderView {
            id,
            reservation: order.reservation,
            product: order.product.clone(),
            buyer: order.buyer.clone(),
            quantity: order.quantity,
            price: order.price,
            reference: order.reference.clone(),
            payment,
            status: self.order_status(id),
            capture,
            refunded: self.refunded(id),
            created_at: order.created_at,
        }
    }

    pub(crate) fn refund_view(&self, id: RefundId) -> RefundView {
        let refund = &self.refunds[&id];
        RefundView {
            id,
            order: refund.order,
            price: engine::Money { amount: refund.amount, ..self.orders[&refund.order].price },
            restock: refund.restock,
            status: refund.status,
            error: refund.error.clone(),
            created_at: refund.created_at,
        }
    }
}
