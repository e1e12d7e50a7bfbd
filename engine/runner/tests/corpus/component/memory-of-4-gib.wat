(component
  (core module $m (memory 65536))
  (core instance $i (instantiate $m))
)
