"""What a practice has to tell people about the decisions that programs make: the register, and the words for its
privacy policy. Each room declares its own decisions (:mod:`routiq.practices.decisions`); here they come together."""
